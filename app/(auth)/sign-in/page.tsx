import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AuthCard } from "#components/auth/auth-card.tsx";
import { AuthLink } from "#components/auth/auth-link.tsx";
import { ForgotPassword } from "#components/auth/forgot-password.tsx";
import { OrDivider } from "#components/auth/or-divider.tsx";
import { ProviderButtons } from "#components/auth/provider-buttons.tsx";
import { providerProblem } from "#components/auth/provider-problem.ts";
import { SignInForm } from "#components/auth/sign-in-form.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { withRequestId } from "#lib/auth/current-request.ts";
import { providerButtons } from "#lib/auth/providers.ts";
import { currentUser } from "#lib/auth/require-user.ts";
import { safeNext } from "#lib/auth/safe-next.ts";
import { env } from "#lib/config/env.ts";

export const metadata: Metadata = { title: "Sign in" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default withRequestId(async function SignInPage({ searchParams }: Props) {
  const { next: asked, error, notice } = await searchParams;
  const next = safeNext(asked);
  // A signed-in user returns here with an error only from linking a provider.
  if (await currentUser())
    redirect(typeof error === "string" ? `/settings/account?error=${encodeURIComponent(error)}` : next);
  const { SIGN_UP, SMTP_URL, SUPPORT_URL } = env();
  const providers = providerButtons();
  const signUpLink = SIGN_UP !== "closed" && (
    <>
      No account yet?{" "}
      <AuthLink to="/sign-up" next={next}>
        Sign up
      </AuthLink>
    </>
  );
  return (
    <AuthCard title="Sign in" text="Create and manage your API keys." footer={signUpLink}>
      {notice === "password_changed" && (
        <div role="status">
          <Notice>Your password was changed, and every session was signed out. Sign in with the new password.</Notice>
        </div>
      )}
      {notice === "account_deleted" && (
        <div role="status">
          <Notice>Your account was deleted, and its API keys are rejected.</Notice>
        </div>
      )}
      {notice === "signed_out" && (
        <div role="status">
          <Notice tone="warning">You've been signed out. Sign in to continue.</Notice>
        </div>
      )}
      {typeof error === "string" && <FormAlert>{providerProblem(error)}</FormAlert>}
      <ProviderButtons providers={providers} next={next} />
      {providers.length > 0 && <OrDivider />}
      <SignInForm next={next} forgot={<ForgotPassword supportUrl={SUPPORT_URL} mail={SMTP_URL !== undefined} />} />
    </AuthCard>
  );
});

import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AuthCard } from "#components/auth/auth-card.tsx";
import { AuthLink } from "#components/auth/auth-link.tsx";
import { OrDivider } from "#components/auth/or-divider.tsx";
import { ProviderButtons } from "#components/auth/provider-buttons.tsx";
import { SignUpForm } from "#components/auth/sign-up-form.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { withRequestId } from "#lib/auth/current-request.ts";
import { providerButtons } from "#lib/auth/providers.ts";
import { currentUser } from "#lib/auth/require-user.ts";
import { safeNext } from "#lib/auth/safe-next.ts";
import { env } from "#lib/config/env.ts";

export const metadata: Metadata = { title: "Sign up" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default withRequestId(async function SignUpPage({ searchParams }: Props) {
  const next = safeNext((await searchParams).next);
  if (await currentUser()) redirect(next);
  const { SIGN_UP } = env();
  const providers = SIGN_UP === "closed" ? [] : providerButtons();
  const signInLink = (
    <>
      Have an account?{" "}
      <AuthLink to="/sign-in" next={next}>
        Sign in
      </AuthLink>
    </>
  );
  return (
    <AuthCard title="Create your account" text="Your first API key is a minute away." footer={signInLink}>
      {SIGN_UP === "closed" && <Notice>Sign-up is closed.</Notice>}
      <ProviderButtons providers={providers} next={next} />
      {SIGN_UP === "open" && providers.length > 0 && <OrDivider />}
      {SIGN_UP === "open" && <SignUpForm next={next} />}
    </AuthCard>
  );
});

import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { ForgotPassword } from "#components/auth/forgot-password.tsx";
import { FormAlert } from "#components/auth/form-alert.tsx";
import { OrDivider } from "#components/auth/or-divider.tsx";
import { ProviderButtons } from "#components/auth/provider-buttons.tsx";
import { providerProblem } from "#components/auth/provider-problem.ts";
import { SignInForm } from "#components/auth/sign-in-form.tsx";
import { providerButtons } from "#lib/auth/providers.ts";
import { currentUser } from "#lib/auth/require-user.ts";
import { HOME, safeNext } from "#lib/auth/safe-next.ts";
import { env } from "#lib/env.ts";

export const metadata: Metadata = { title: "Sign in" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function SignInPage({ searchParams }: Props) {
  const { next: asked, error, notice } = await searchParams;
  const next = safeNext(asked);
  if (await currentUser()) redirect(next);
  const providers = providerButtons();
  return (
    <>
      <h1 className="text-center font-semibold text-2xl tracking-tight">Sign in</h1>
      {notice === "password_changed" && (
        <p role="status" className="text-sm">
          Your password was changed and all your sessions were ended. Sign in with the new one.
        </p>
      )}
      {typeof error === "string" && <FormAlert>{providerProblem(error)}</FormAlert>}
      {providers.length > 0 && (
        <>
          <ProviderButtons providers={providers} next={next} />
          <OrDivider />
        </>
      )}
      <SignInForm next={next} forgot={<ForgotPassword supportUrl={env().SUPPORT_URL} />} />
      {env().SIGN_UP === "open" && (
        <p className="text-center text-sm">
          No account yet?{" "}
          <Link className="underline" href={next === HOME ? "/sign-up" : `/sign-up?next=${encodeURIComponent(next)}`}>
            Sign up
          </Link>
        </p>
      )}
    </>
  );
}

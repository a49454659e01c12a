import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { OrDivider } from "#components/auth/or-divider.tsx";
import { ProviderButtons } from "#components/auth/provider-buttons.tsx";
import { SignUpForm } from "#components/auth/sign-up-form.tsx";
import { providerButtons } from "#lib/auth/providers.ts";
import { currentUser } from "#lib/auth/require-user.ts";
import { HOME, safeNext } from "#lib/auth/safe-next.ts";
import { env } from "#lib/env.ts";

export const metadata: Metadata = { title: "Sign up" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function SignUpPage({ searchParams }: Props) {
  const next = safeNext((await searchParams).next);
  if (await currentUser()) redirect(next);
  const { SIGN_UP } = env();
  const providers = SIGN_UP === "closed" ? [] : providerButtons();
  return (
    <>
      <h1 className="text-center font-semibold text-2xl tracking-tight">Create your account</h1>
      {SIGN_UP === "closed" && <p className="text-center text-sm">New accounts can't be created here at the moment.</p>}
      <ProviderButtons providers={providers} next={next} />
      {SIGN_UP === "open" && providers.length > 0 && <OrDivider />}
      {SIGN_UP === "open" && <SignUpForm next={next} />}
      <p className="text-center text-sm">
        Have an account?{" "}
        <Link className="underline" href={next === HOME ? "/sign-in" : `/sign-in?next=${encodeURIComponent(next)}`}>
          Sign in
        </Link>
      </p>
    </>
  );
}

import type { Metadata } from "next";
import { AuthCard } from "#components/auth/auth-card.tsx";
import { AuthLink } from "#components/auth/auth-link.tsx";
import { AskForLink } from "#components/auth/forgot-password.tsx";
import { ForgotPasswordForm } from "#components/auth/forgot-password-form.tsx";
import { env } from "#lib/config/env.ts";

export const metadata: Metadata = { title: "Reset your password" };

export default function ForgotPasswordPage() {
  const { SMTP_URL, SUPPORT_URL } = env();
  const signInLink = (
    <>
      Remember your password?{" "}
      <AuthLink to="/sign-in" next="/settings/developer">
        Sign in
      </AuthLink>
    </>
  );
  return (
    <AuthCard title="Reset your password" footer={signInLink}>
      {SMTP_URL ? (
        <ForgotPasswordForm />
      ) : (
        <p className="text-muted">
          This server doesn't send email. <AskForLink supportUrl={SUPPORT_URL} />
        </p>
      )}
    </AuthCard>
  );
}

import type { Metadata } from "next";
import { AuthCard } from "#components/auth/auth-card.tsx";
import { VerifyEmailForm } from "#components/auth/verify-email-form.tsx";

export const metadata: Metadata = { title: "Verify your email address" };

export default function VerifyEmailPage() {
  return (
    <AuthCard title="Verify your email address">
      <VerifyEmailForm />
    </AuthCard>
  );
}

import type { Metadata } from "next";
import { AuthCard } from "#components/auth/auth-card.tsx";
import { PasswordLinkForm } from "#components/auth/password-link-form.tsx";

export const metadata: Metadata = { title: "Choose a new password" };

export default function PasswordLinkPage() {
  return (
    <AuthCard
      title="Choose a new password"
      text="You will be signed out everywhere, and linked sign-in providers will be unlinked."
    >
      <PasswordLinkForm />
    </AuthCard>
  );
}

import type { Metadata } from "next";
import { PasswordLinkForm } from "#components/auth/password-link-form.tsx";

export const metadata: Metadata = { title: "Choose a new password" };

export default function PasswordLinkPage() {
  return (
    <>
      <h1 className="text-center font-semibold text-2xl tracking-tight">Choose a new password</h1>
      <p className="text-center text-sm">It signs you out everywhere else.</p>
      <PasswordLinkForm />
    </>
  );
}

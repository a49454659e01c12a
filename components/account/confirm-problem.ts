import { inWords } from "#components/auth/wait.ts";
import type { ConfirmError } from "#lib/accounts/confirm-password.ts";

type Refusal = { error: ConfirmError } | { error: "throttled"; retryAfterSeconds: number };

/** What went wrong where a form asks for the current password: at its field, or with the form. */
export function confirmProblem(refusal: Refusal): { password?: string; form?: string } {
  switch (refusal.error) {
    case "wrong_password":
      return { password: "This is not your password." };
    case "throttled":
      return { form: `Too many attempts. Try again ${inWords(refusal.retryAfterSeconds)}.` };
    case "busy":
      return { form: "The server is busy. Try again in a few seconds." };
    case "no_password":
      return { form: "You sign in through a provider and have no password here." };
  }
}

import { inWords } from "#components/auth/wait.ts";
import type { PersonError } from "#lib/accounts/confirm-person.ts";
import { FRESH_MINUTES } from "#lib/accounts/limits.ts";

type Refusal =
  | { error: PersonError | "no_password" | "session_over" }
  | { error: "throttled"; retryAfterSeconds: number };

/** What went wrong where a form makes sure that it is the person: at the field of the password, or with the form. */
export function confirmProblem(refusal: Refusal): { password?: string; form?: string } {
  switch (refusal.error) {
    case "missing_password":
      return { password: "Enter your password." };
    case "wrong_password":
      return { password: "This is not your password." };
    case "throttled":
      return { form: `Too many attempts. Try again ${inWords(refusal.retryAfterSeconds)}.` };
    case "busy":
      return { form: "The server is busy. Try again in a few seconds." };
    case "no_password":
      return { form: "You sign in through a provider and have no password here." };
    case "stale_session":
      return {
        form: `To be sure that it is you: sign out, sign in again, and do this within ${FRESH_MINUTES} minutes.`,
      };
    case "session_over":
      return { form: "You were signed out meanwhile. Sign in and try again." };
  }
}

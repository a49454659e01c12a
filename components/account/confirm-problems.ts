import { BUSY, inWords } from "#components/auth/wait.ts";
import type { FailureWords } from "#components/frame/form-problems.ts";
import type { ConfirmUserError } from "#lib/accounts/confirm-user.ts";
import { FRESH_MINUTES } from "#lib/accounts/model/limits.ts";
import type { Throttled } from "#lib/accounts/throttle.ts";

/** What a form says where it confirms the user: at the password's field, or above the form. */
export const CONFIRM_PROBLEMS: FailureWords<
  { ok: false; error: ConfirmUserError | "no_password" | "session_over" } | Throttled
> = {
  missing_password: { password: "Enter your password." },
  wrong_password: { password: "This is not your password." },
  throttled: (seconds) => ({ form: `Too many attempts. Try again ${inWords(seconds)}.` }),
  busy: BUSY,
  no_password: { form: "You sign in through a provider and have no password here." },
  stale_session: {
    form: `To be sure that it is you: sign out, sign in again, and do this within ${FRESH_MINUTES} minutes.`,
  },
  session_over: { form: "You were signed out meanwhile. Sign in and try again." },
};

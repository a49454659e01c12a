import { BUSY, inWords } from "#components/auth/wait.ts";
import { FRESH_MINUTES } from "#lib/accounts/model/limits.ts";
import type { Throttled } from "#lib/accounts/throttle.ts";

/** The problems of a form that confirms the user, at the password's field or above the form. */
export const CONFIRM_PROBLEMS = {
  missing_password: { password: "Enter your password." },
  wrong_password: { password: "This is not your password." },
  throttled: ({ retryAfterSeconds }: Throttled) => ({
    form: `Too many attempts. Try again ${inWords(retryAfterSeconds)}.`,
  }),
  busy: BUSY,
  no_password: { form: "You sign in through a provider and have no password here." },
  stale_session: {
    form: `Sign out, sign in again, and do this within ${FRESH_MINUTES} minutes, to confirm that it's you.`,
  },
  session_over: { form: "You've been signed out. Sign in to continue." },
};

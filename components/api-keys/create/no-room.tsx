import { inWords } from "#components/auth/wait.ts";
import type { FailureWords } from "#components/frame/form-problems.ts";
import type { KeyLimitError } from "#lib/api-keys/key-limits.ts";

/** Says why the account can't have another key now, and what to do about it. */
export const NO_ROOM: FailureWords<KeyLimitError> = {
  email_unverified: { form: "Verify your email address first." },
  too_many_keys: {
    form: "You have as many active keys as your account may have. Revoke one you no longer need first.",
  },
  throttled: ({ retryAfterSeconds }) => ({
    form: `You have created many keys in a short time. Try again ${inWords(retryAfterSeconds)}.`,
  }),
  key_limit: ({ supportUrl }) => ({
    form: (
      <>
        Your account has reached its limit of keys, which counts revoked and deleted ones.{" "}
        {supportUrl ? (
          <>
            <a className="underline underline-offset-4" href={supportUrl}>
              Contact support
            </a>{" "}
            to have it raised.
          </>
        ) : (
          "Ask support to raise it."
        )}
      </>
    ),
  }),
};

import type { ReactNode } from "react";
import { inWords } from "#components/auth/wait.ts";
import type { KeyLimitError } from "#lib/api-keys/key-limits.ts";

export function isNoRoom(refusal: { error: string }): refusal is KeyLimitError {
  return ["too_many_keys", "throttled", "key_limit"].includes(refusal.error);
}

/** Says why an account can have no further key now and what to do about it. */
export function noRoom(refusal: KeyLimitError): ReactNode {
  switch (refusal.error) {
    case "too_many_keys":
      return "You have as many active keys as your account may have. Revoke one you no longer need first.";
    case "throttled":
      return `You have created many keys in a short time. Try again ${inWords(refusal.retryAfterSeconds)}.`;
    case "key_limit":
      return (
        <>
          Your account has reached its limit of keys, which counts revoked and deleted ones.{" "}
          {refusal.supportUrl ? (
            <>
              <a className="underline underline-offset-4" href={refusal.supportUrl}>
                Contact support
              </a>{" "}
              to have it raised.
            </>
          ) : (
            "Ask support to raise it."
          )}
        </>
      );
  }
}

import { type ConfirmError, confirmPassword } from "#lib/accounts/confirm-password.ts";
import { isFreshSession, type StartedSession } from "#lib/accounts/sessions.ts";
import type { Throttled } from "#lib/accounts/throttle.ts";
import type { Caller } from "#lib/activity/record.ts";
import { err, ok, type Result } from "#lib/result.ts";

export type ConfirmUserError = Exclude<ConfirmError, "no_password"> | "stale_session";

/**
 * Confirms that the session belongs to the user: by the password, or for an account without one by
 * a session that began within the last 10 minutes, because a stolen cookie is seldom that new.
 * `stale_session`: it began earlier.
 */
export async function confirmUser(
  { userId, sessionId }: StartedSession,
  password: string,
  caller: Caller,
): Promise<Result<{ by: "password" | "session" }, ConfirmUserError> | Throttled> {
  const confirmed = await confirmPassword(userId, password, caller);
  if (confirmed.ok) return ok({ by: "password" });
  if (confirmed.error === "throttled") return confirmed;
  if (confirmed.error !== "no_password") return err(confirmed.error);
  return (await isFreshSession(userId, sessionId)) ? ok({ by: "session" }) : err("stale_session");
}

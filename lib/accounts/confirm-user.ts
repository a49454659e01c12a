import { type ConfirmError, confirmPassword } from "#lib/accounts/confirm-password.ts";
import { isFreshSession, type StartedSession } from "#lib/accounts/sessions.ts";
import type { Throttled } from "#lib/accounts/throttle.ts";
import type { Caller } from "#lib/activity/record.ts";
import { err, ok, type Result } from "#lib/result.ts";

export type ConfirmUserError = Exclude<ConfirmError, "no_password"> | "stale_session";

/**
 * Makes sure that it is the person, also where there is no password to ask for: then the session has to have begun within the last
 * minutes, because who began it was at the provider then, and a stolen cookie is seldom so new (`stale_session`).
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

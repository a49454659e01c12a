import { hashPassword, verifyPassword } from "#lib/accounts/password.ts";
import { passwordWeakness } from "#lib/accounts/password-strength.ts";
import { endOtherSessionsOf } from "#lib/accounts/sessions.ts";
import { reserveSignIn, type Throttled } from "#lib/accounts/throttle.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { database } from "#lib/database/client.ts";
import { err, ok, type Result } from "#lib/result.ts";

export type ChangePasswordError = "wrong_password" | "common_password" | "own_name_password" | "busy" | "no_password";

/**
 * Sets a new password for whoever knows the old one, and signs out every other browser. Guesses wait as at signing in, because
 * a stolen session must not become a way to find the password out. Returns how many sessions were ended.
 */
export async function changePassword(
  { userId, sessionId }: { userId: string; sessionId: string },
  { current, next }: { current: string; next: string },
  caller: Caller,
): Promise<Result<number, ChangePasswordError> | Throttled> {
  const user = await database().user.findUniqueOrThrow({
    where: { id: userId },
    select: { email: true, name: true, passwordHash: true },
  });
  if (!user.passwordHash) return err("no_password");
  const attempt = await reserveSignIn(user.email, caller.address);
  if (!attempt.ok) return attempt;
  const matches = await verifyPassword(user.passwordHash, current);
  if (matches !== true) {
    await attempt.settle(matches === "busy" ? "not_tried" : "failed");
    return err(matches === "busy" ? "busy" : "wrong_password");
  }
  await attempt.settle("succeeded");
  const weakness = passwordWeakness(next, user);
  if (weakness) return err(weakness);
  const passwordHash = await hashPassword(next);
  if (passwordHash === "busy") return err("busy");
  return database().$transaction(async (transaction) => {
    // Of parallel changes one wins: the other knew a password that is none any more.
    const { count } = await transaction.user.updateMany({
      where: { id: userId, passwordHash: user.passwordHash },
      data: { passwordHash },
    });
    if (count === 0) return err("wrong_password");
    const sessions = await endOtherSessionsOf(transaction, userId, sessionId);
    await recordActivity(transaction, caller, {
      userId,
      action: "account.password_changed",
      details: { by: "password", sessionsEnded: sessions },
    });
    return ok(sessions);
  });
}

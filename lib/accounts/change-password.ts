import { type ConfirmError, confirmPassword } from "#lib/accounts/confirm-password.ts";
import { dropEmailChange } from "#lib/accounts/email-links.ts";
import { hashPassword } from "#lib/accounts/password.ts";
import { passwordWeakness } from "#lib/accounts/password-strength.ts";
import { endSessionsOf, type StartedSession } from "#lib/accounts/sessions.ts";
import type { Throttled } from "#lib/accounts/throttle.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { database } from "#lib/database/client.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";
import { err, ok, type Result } from "#lib/result.ts";

type ChangePasswordError = ConfirmError | "common_password" | "own_name_password";

/**
 * Sets a new password after confirming the old one, and signs out every other browser. An unused
 * password link stops working, because its holder could set another password, and so does a link to
 * another address. Returns the number of sessions that ended.
 */
export async function changePassword(
  { userId, sessionId }: StartedSession,
  { current, next }: { current: string; next: string },
  caller: Caller,
): Promise<Result<number, ChangePasswordError> | Throttled> {
  const confirmed = await confirmPassword(userId, current, caller);
  if (!confirmed.ok) return confirmed;
  const weakness = passwordWeakness(next, confirmed.value);
  if (weakness) return err(weakness);
  const passwordHash = await hashPassword(next, caller.address);
  if (passwordHash === "busy") return err("busy");
  return database().$transaction(async (transaction) => {
    // Of parallel changes one succeeds: the other confirmed a password that is out of date.
    const { count } = await transaction.user.updateMany({
      where: { id: userId, passwordHash: confirmed.value.passwordHash },
      data: { passwordHash },
    });
    if (count === 0) return err("wrong_password");
    await transaction.passwordLink.deleteMany({ where: { userId, usedAt: null } });
    await dropEmailChange(transaction, userId);
    const sessions = await endSessionsOf(transaction, userId, sessionId);
    await recordActivity(transaction, caller, {
      userId,
      action: "account.password_changed",
      details: { by: "password", sessionsEnded: sessions },
    });
    await queueMail(transaction, userId, "account.password_changed", { sessionsEnded: sessions });
    return ok(sessions);
  });
}

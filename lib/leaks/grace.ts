import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { isMailOn } from "#lib/mail/queue-mail.ts";
import { DAY_MS, HOUR_MS } from "#lib/time/model/duration.ts";

/**
 * The time from the first report of a leaked production key to its revocation, if the user chose
 * it.
 */
export const LEAK_GRACE_MS = DAY_MS;

/** Returns whether the user chose that leaked production keys are revoked a day later. */
export async function readLeakGrace(userId: UserId): Promise<boolean> {
  const { leakGrace } = await database().user.findUniqueOrThrow({ where: { id: userId }, select: { leakGrace: true } });
  return leakGrace;
}

/** Changes that choice for future reports. Keys that were already reported keep their time. */
export function changeLeakGrace(userId: UserId, leakGrace: boolean, caller: Caller): Promise<void> {
  return database().$transaction(async (transaction) => {
    const { count } = await transaction.user.updateMany({
      where: { id: userId, deletedAt: null, leakGrace: !leakGrace },
      data: { leakGrace },
    });
    if (count === 1)
      await recordActivity(transaction, caller, {
        userId,
        action: "account.leak_grace_changed",
        details: { hours: leakGrace ? LEAK_GRACE_MS / HOUR_MS : 0 },
      });
  });
}

/** Tells whether the choice applies now: only if the owner gets the email. */
export async function hasLeakGrace(transaction: Transaction, userId: UserId): Promise<boolean> {
  if (!isMailOn()) return false;
  const where = { id: userId, leakGrace: true, emailVerifiedAt: { not: null } };
  return (await transaction.user.count({ where })) === 1;
}

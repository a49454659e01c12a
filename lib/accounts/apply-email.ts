import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import type { Transaction } from "#lib/database/client.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";

type Change = { from: string; to: string; isVerified: boolean };

/**
 * Changes the account's address, notifies the former one, and ends password links, which were sent
 * to it. The transaction has locked the user.
 *
 * @throws {Prisma.PrismaClientKnownRequestError} P2002 if another account has the address.
 */
export async function applyEmail(
  transaction: Transaction,
  userId: UserId,
  { from, to, isVerified }: Change,
  caller: Caller,
): Promise<void> {
  const isChanged = from !== to;
  // Queued before the change, because it depends on whether the former address is verified.
  if (isChanged) await queueMail(transaction, userId, "account.email_changed", { to }, from);
  await transaction.user.update({
    where: { id: userId },
    data: { email: to, emailVerifiedAt: isVerified ? new Date() : null },
    select: { id: true },
  });
  if (isChanged) {
    await transaction.passwordLink.deleteMany({ where: { userId, usedAt: null } });
    await recordActivity(transaction, caller, { userId, action: "account.email_changed", details: { from, to } });
  }
  if (isVerified)
    await recordActivity(transaction, caller, { userId, action: "account.email_verified", details: { email: to } });
}

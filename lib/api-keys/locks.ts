import type { UserId } from "#lib/accounts/model/user-id.ts";
import { isSessionAlive } from "#lib/accounts/sessions.ts";
import type { Caller } from "#lib/activity/record.ts";
import { isListed } from "#lib/api-keys/key-conditions.ts";
import type { Transaction } from "#lib/database/client.ts";
import type { Prisma } from "#lib/database/generated/client.ts";

// A transaction that needs both locks the owner first and the key second, so that two never
// deadlock.

/**
 * Locks the owner's row for a transaction that counts the owner's keys. Others can still record
 * activity of that user, which references the row; `FOR UPDATE` would make them wait, and deadlock
 * with a transaction that holds the user and waits for their key.
 *
 * Returns false if the account was deleted or the caller's session ended while this waited.
 */
export async function lockOwner(transaction: Transaction, userId: UserId, { sessionId }: Caller): Promise<boolean> {
  const owner = await transaction.$queryRaw<unknown[]>`
    SELECT 1 FROM "User" WHERE "id" = ${userId}::uuid AND "deletedAt" IS NULL FOR NO KEY UPDATE`;
  if (owner.length === 0) return false;
  return sessionId === undefined || isSessionAlive(transaction, userId, sessionId);
}

/** Locks one key in the user's list. */
export async function lockApiKey(
  transaction: Transaction,
  userId: UserId,
  id: string,
): Promise<{ name: string } | undefined> {
  const rows = await transaction.$queryRaw<{ name: string }[]>`
    SELECT "name" FROM "ApiKey" WHERE ${isListed(userId)} AND "id" = ${id}::uuid FOR UPDATE`;
  return rows[0];
}

/**
 * Locks many keys and returns their ids. All do so in the order of the ids, so that none deadlock.
 */
export async function lockApiKeys(transaction: Transaction, which: Prisma.Sql): Promise<string[]> {
  const [locked] = await transaction.$queryRaw<[{ ids: string[] | null }]>`
    SELECT array_agg("id") AS "ids" FROM (SELECT "id" FROM "ApiKey" WHERE ${which} ORDER BY "id" FOR UPDATE) k`;
  return locked.ids ?? [];
}

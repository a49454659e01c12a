import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Caller, recordEach } from "#lib/activity/record.ts";
import { isOwned } from "#lib/api-keys/key-conditions.ts";
import { tellOfKeys } from "#lib/api-keys/tell-of-keys.ts";
import type { Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";

/** A statement is canceled after 2.5 s; this many keys take a fraction of that. */
const STATEMENT_KEYS_MAX = 2_500;

/**
 * Revokes those of a user's keys that aren't revoked, records each, and returns their number. The
 * transaction has locked the keys; its caller waits for the leases after the commit.
 */
export async function markRevoked(
  transaction: Transaction,
  userId: UserId,
  ids: string[],
  caller: Caller,
  at = new Date(),
): Promise<number> {
  let revoked = 0;
  for (const part of inParts(ids))
    revoked += await recordEach(
      transaction,
      caller,
      { userId, action: "api_key.revoked", at },
      Prisma.sql`UPDATE "ApiKey" SET "revokedAt" = ${at}
        WHERE ${isOwned(userId)} AND "id" = ANY(${part}::uuid[]) AND "revokedAt" IS NULL RETURNING "id", "name"`,
    );
  return revoked;
}

/** Revokes keys as {@link markRevoked} does, and notifies their owner. */
export async function revokeAndTell(
  transaction: Transaction,
  userId: UserId,
  ids: string[],
  caller: Caller,
  at = new Date(),
): Promise<number> {
  const revoked = await markRevoked(transaction, userId, ids, caller, at);
  if (revoked > 0)
    await tellOfKeys(
      transaction,
      userId,
      "api_key.revoked",
      Prisma.sql`"id" = ANY(${ids}::uuid[]) AND "revokedAt" = ${at}`,
      {},
    );
  return revoked;
}

/**
 * Takes keys out of the list and revokes those that aren't revoked, as {@link revokeAndTell} does.
 * Returns the instant, by which they can be restored.
 */
export async function markDeleted(
  transaction: Transaction,
  userId: UserId,
  ids: string[],
  caller: Caller,
): Promise<Date> {
  const revokedAt = new Date();
  await revokeAndTell(transaction, userId, ids, caller, revokedAt);
  // A millisecond later, so that the activity of a key lists both in the order in which they
  // happened.
  const at = new Date(revokedAt.getTime() + 1);
  for (const part of inParts(ids))
    await recordEach(
      transaction,
      caller,
      { userId, action: "api_key.deleted", at },
      Prisma.sql`UPDATE "ApiKey" SET "deletedAt" = ${at}
        WHERE ${isOwned(userId)} AND "id" = ANY(${part}::uuid[]) RETURNING "id", "name"`,
    );
  return at;
}

/** Puts deleted keys back into the list and records each. They stay revoked. */
export async function markRestored(
  transaction: Transaction,
  userId: UserId,
  ids: string[],
  caller: Caller,
): Promise<void> {
  for (const part of inParts(ids))
    await recordEach(
      transaction,
      caller,
      { userId, action: "api_key.restored", at: new Date() },
      Prisma.sql`UPDATE "ApiKey" SET "deletedAt" = NULL
        WHERE ${isOwned(userId)} AND "id" = ANY(${part}::uuid[]) RETURNING "id", "name"`,
    );
}

/** Yields the ids in parts, one for each statement. */
export function* inParts(ids: string[]): Generator<string[]> {
  for (let i = 0; i < ids.length; i += STATEMENT_KEYS_MAX) yield ids.slice(i, i + STATEMENT_KEYS_MAX);
}

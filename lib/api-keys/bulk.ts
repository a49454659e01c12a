import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Caller, recordEach } from "#lib/activity/record.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { viewOf } from "#lib/api-keys/list.ts";
import type { ConfirmedSelection, Selection } from "#lib/api-keys/model/schema.ts";
import type { ApiKey } from "#lib/api-keys/store.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { err, ok, type Result } from "#lib/result.ts";
import { countRecentRequests } from "#lib/usage/recent.ts";

export type UsedKey = Pick<ApiKey, "id" | "name" | "prefix" | "lastUsedAt"> & { recentRequests: number };

/** What somebody needs to know before breaking many keys at once. */
export type BulkEvidence = {
  /** When it was read. */
  at: Date;
  /** Selected keys that are still in the list. */
  keys: number;
  active: number;
  /** Of the active ones. */
  usedLastHour: number;
  usedLastDay: number;
  /** The first of those, the latest first. */
  lately: UsedKey[];
};

const HOUR_MS = 3_600_000;
const EXAMPLES = 10;

/** What is known of the keys that are selected at `now`. Another's keys are counted as little as keys that don't exist. */
export async function readBulkEvidence(userId: UserId, selection: Selection, now: Date): Promise<BulkEvidence> {
  const { selected, active } = conditions(userId, selection, now);
  const usedSince = (hours: number) =>
    Prisma.sql`${active} AND "lastUsedAt" > ${new Date(now.getTime() - hours * HOUR_MS)}`;
  const [counts] = await database().$queryRaw<[Pick<BulkEvidence, "keys" | "active" | "usedLastHour" | "usedLastDay">]>`
    SELECT count(*)::int AS "keys", count(*) FILTER (WHERE ${active})::int AS "active",
           count(*) FILTER (WHERE ${usedSince(1)})::int AS "usedLastHour",
           count(*) FILTER (WHERE ${usedSince(24)})::int AS "usedLastDay"
    FROM "ApiKey" WHERE ${selected}`;
  const lately = await database().$queryRaw<Omit<UsedKey, "recentRequests">[]>`
    SELECT "id", "name", "prefix", "lastUsedAt" FROM "ApiKey" WHERE ${selected} AND ${usedSince(24)}
    ORDER BY "lastUsedAt" DESC, "id" LIMIT ${EXAMPLES}`;
  const recent = await countRecentRequests(
    userId,
    lately.map(({ id }) => id),
  );
  return {
    at: now,
    ...counts,
    lately: lately.map((key) => ({ ...key, recentRequests: recent.get(key.id) ?? 0 })),
  };
}

type Taken = Result<{ keys: number }, "selection_changed">;

/**
 * Revokes the active ones of the selected keys, each as exactly as `revokeApiKey` would, all or none. Returns how many it was
 * that revoked; when it returns, every request that starts with any of them is refused, on every instance.
 *
 * `selection_changed`: it would be more than was confirmed, and nothing was done.
 */
export function revokeApiKeys(userId: UserId, selection: ConfirmedSelection, caller: Caller): Promise<Taken> {
  const { selected, active } = conditions(userId, selection, selection.confirmedAt);
  return take(Prisma.sql`${selected} AND ${active}`, selection.confirmedKeys, (transaction, ids) =>
    markRevoked(transaction, userId, ids, caller, new Date()),
  );
}

/** Takes the selected keys out of the list; those that are not revoked yet are revoked in the same transaction. */
export function deleteApiKeys(userId: UserId, selection: ConfirmedSelection, caller: Caller): Promise<Taken> {
  const { selected } = conditions(userId, selection, selection.confirmedAt);
  return take(selected, selection.confirmedKeys, (transaction, ids) => markDeleted(transaction, userId, ids, caller));
}

/**
 * Does the same to all keys of a person, in a transaction that has locked the person, so that none is made meanwhile. Returns
 * their number; the caller waits for the leases.
 */
export async function deleteEveryApiKey(transaction: Transaction, userId: UserId, caller: Caller): Promise<number> {
  const ids = await lockKeys(transaction, Prisma.sql`"userId" = ${userId}::uuid AND "deletedAt" IS NULL`);
  await inParts(ids, (part) => markDeleted(transaction, userId, part, caller));
  return ids.length;
}

/** Revokes all keys of a person that aren't, in such a transaction. Returns their number; the caller waits for the leases. */
export async function revokeEveryApiKey(transaction: Transaction, userId: UserId, caller: Caller): Promise<number> {
  const ids = await lockKeys(
    transaction,
    Prisma.sql`"userId" = ${userId}::uuid AND "deletedAt" IS NULL AND "revokedAt" IS NULL`,
  );
  const at = new Date();
  await inParts(ids, (part) => markRevoked(transaction, userId, part, caller, at));
  return ids.length;
}

async function markDeleted(transaction: Transaction, userId: UserId, ids: string[], caller: Caller): Promise<void> {
  const revokedAt = new Date();
  await markRevoked(transaction, userId, ids, caller, revokedAt);
  // A millisecond later, so that the history of a key reads in the order in which things happened to it.
  const at = new Date(revokedAt.getTime() + 1);
  await recordEach(
    transaction,
    caller,
    { userId, action: "api_key.deleted", at },
    Prisma.sql`UPDATE "ApiKey" SET "deletedAt" = ${at}
      WHERE "userId" = ${userId}::uuid AND "id" = ANY(${ids}::uuid[]) RETURNING "id", "name"`,
  );
}

function markRevoked(transaction: Transaction, userId: UserId, ids: string[], caller: Caller, at: Date): Promise<void> {
  return recordEach(
    transaction,
    caller,
    { userId, action: "api_key.revoked", at },
    Prisma.sql`UPDATE "ApiKey" SET "revokedAt" = ${at}
      WHERE "userId" = ${userId}::uuid AND "id" = ANY(${ids}::uuid[]) AND "revokedAt" IS NULL RETURNING "id", "name"`,
  );
}

/**
 * Nobody loses a key that was not confirmed: the view is read as it was at that instant, so that what was created or has expired
 * since doesn't match, and what came into it in another way (a key that was renamed) makes it more than was counted.
 */
function conditions(userId: UserId, { all, ids, view }: Selection, at: Date) {
  const { owned, matches, status } = viewOf(userId, view, at);
  return {
    active: Prisma.sql`${status} = 'active'`,
    selected: all
      ? Prisma.sql`${owned} AND ${matches} AND "createdAt" <= ${at} AND "id" <> ALL(${ids}::uuid[])`
      : Prisma.sql`${owned} AND "id" = ANY(${ids}::uuid[])`,
  };
}

/** A statement ends after 2.5 s: this many keys take a fraction of that. */
const STATEMENT_KEYS = 2_500;
export const TRANSACTION_MS = 60_000;

async function inParts(ids: string[], change: (part: string[]) => Promise<void>): Promise<void> {
  for (let i = 0; i < ids.length; i += STATEMENT_KEYS) await change(ids.slice(i, i + STATEMENT_KEYS));
}

/** In the order of their ids, as everybody who locks many does, so that nobody waits in a circle. */
async function lockKeys(transaction: Transaction, which: Prisma.Sql): Promise<string[]> {
  const [locked] = await transaction.$queryRaw<[{ ids: string[] | null }]>`
    SELECT array_agg("id") AS "ids" FROM (SELECT "id" FROM "ApiKey" WHERE ${which} ORDER BY "id" FOR UPDATE) k`;
  return locked.ids ?? [];
}

async function take(
  which: Prisma.Sql,
  confirmedKeys: number,
  change: (transaction: Transaction, ids: string[]) => Promise<void>,
): Promise<Taken> {
  const taken = await database().$transaction(
    async (transaction) => {
      const ids = await lockKeys(transaction, which);
      if (ids.length > confirmedKeys) return err("selection_changed");
      await inParts(ids, (part) => change(transaction, part));
      return ok({ keys: ids.length });
    },
    { timeout: TRANSACTION_MS },
  );
  // Who finds them revoked already may rely on that as well.
  if (taken.ok) await outliveLeases();
  return taken;
}

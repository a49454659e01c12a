import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Caller, recordEach } from "#lib/activity/record.ts";
import { TRANSACTION_MS } from "#lib/api-keys/bulk.ts";
import { recordDecoyUse } from "#lib/api-keys/decoys.ts";
import { inParts, markRevoked } from "#lib/api-keys/end-keys.ts";
import { hasStatus, isLive, isOwned } from "#lib/api-keys/key-conditions.ts";
import { lockApiKeys } from "#lib/api-keys/locks.ts";
import { KEY_SHAPE } from "#lib/api-keys/model/key-text.ts";
import { tellOfKeys } from "#lib/api-keys/tell-of-keys.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { hasLeakGrace, LEAK_GRACE_MS } from "#lib/leaks/grace.ts";
import type { Finding } from "#lib/leaks/model/schema.ts";
import { withoutHidden } from "#lib/text/legible.ts";

/**
 * The most reports of one key that are kept, so that a flood doesn't fill the table or the page.
 */
export const REPORTS_MAX = 20;

/**
 * Records that keys of an account leaked: marks them permanently, stores the report, and revokes
 * the keys that aren't revoked, immediately or, with {@link hasLeakGrace}, a day after the first
 * report. One transaction does all of it. A repeated report changes nothing. Returns the number of
 * keys that belong to the account. The caller must outlive the leases.
 */
export function recordLeak(
  userId: UserId,
  ids: string[],
  finding: Finding,
  caller: Caller,
  { atOnce = false } = {},
): Promise<number> {
  return database().$transaction(
    async (transaction) => {
      const asked = Prisma.sql`${isOwned(userId)} AND "id" = ANY(${ids}::uuid[])`;
      const locked = await lockApiKeys(transaction, asked);
      const at = new Date();
      const decoys = await lockApiKeys(transaction, Prisma.sql`${asked} AND ${hasStatus("decoy", at)}`);
      const others = locked.filter((id) => !decoys.includes(id));
      const graced = !atOnce && (await hasLeakGrace(transaction, userId));
      const revokesAt = new Date(at.getTime() + LEAK_GRACE_MS);
      await keepReports(transaction, userId, locked, finding, at);
      await markLeaked(transaction, userId, locked, caller, at, graced ? revokesAt : null);
      // Includes keys that were reported before, because they keep their time of revocation.
      const ending = graced ? await lockApiKeys(transaction, Prisma.sql`${asked} AND "revokesAt" IS NOT NULL`) : [];
      // A millisecond later, so that activity lists both records in the right order.
      const then = new Date(at.getTime() + 1);
      const atOnceIds = others.filter((id) => !ending.includes(id));
      await markRevoked(transaction, userId, atOnceIds, caller, then);
      const isNew = Prisma.sql`"id" = ANY(${others}::uuid[]) AND "leakedAt" = ${at}`;
      const { length } = await lockApiKeys(transaction, Prisma.sql`${asked} AND ${isNew} AND "revokesAt" IS NOT NULL`);
      const more = length > 0 ? { ending: { total: length, at: revokesAt.toISOString() } } : {};
      await tellOfKeys(transaction, userId, "api_key.leaked", isNew, more);
      // A report of a decoy counts as a use.
      await recordDecoyUse(transaction, userId, decoys, caller, then);
      return locked.length;
    },
    { timeout: TRANSACTION_MS },
  );
}

async function keepReports(
  transaction: Transaction,
  userId: UserId,
  ids: string[],
  { source, url }: Finding,
  at: Date,
): Promise<void> {
  const reports = Prisma.sql`FROM "LeakReport" r WHERE r."apiKeyId" = k."id"`;
  const [cleanSource, cleanUrl] = [clean(source), clean(url)];
  await transaction.$executeRaw`
    INSERT INTO "LeakReport" ("id", "apiKeyId", "userId", "source", "url", "createdAt")
    SELECT gen_random_uuid(), k."id", k."userId", ${cleanSource}, ${cleanUrl}, ${at}
    FROM "ApiKey" k WHERE ${isOwned(userId)} AND k."id" = ANY(${ids}::uuid[])
      AND (SELECT count(*) ${reports}) < ${REPORTS_MAX}
      AND NOT EXISTS (SELECT ${reports} AND r."source" = ${cleanSource} AND r."url" = ${cleanUrl})`;
}

/**
 * Marks the keys that aren't marked yet, and records each. Only the first report of a key does this
 * and sets when a live production key is revoked. Setting "revokesAt", even to null, makes the list
 * of revocations notice the mark.
 */
async function markLeaked(
  transaction: Transaction,
  userId: UserId,
  ids: string[],
  caller: Caller,
  at: Date,
  revokesAt: Date | null,
): Promise<void> {
  for (const part of inParts(ids))
    await recordEach(
      transaction,
      caller,
      { userId, action: "api_key.leaked", at },
      Prisma.sql`UPDATE "ApiKey" SET "leakedAt" = ${at},
          "revokesAt" = CASE WHEN "environment" = 'production' AND ${isLive(at)} THEN ${revokesAt}::timestamptz END
        WHERE ${isOwned(userId)} AND "id" = ANY(${part}::uuid[]) AND "leakedAt" IS NULL RETURNING "id", "name"`,
    );
}

/** Removes hidden characters, and keys, because a URL may contain the leaked key. */
function clean(text: string): string {
  return withoutHidden(text).replaceAll(new RegExp(KEY_SHAPE, "g"), "gt_…").trim();
}

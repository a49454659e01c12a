import type { UserId } from "#lib/accounts/model/user-id.ts";
import { recordActivity } from "#lib/activity/record.ts";
import { isLive } from "#lib/api-keys/key-conditions.ts";
import { withSuccessors } from "#lib/api-keys/rotation-chain.ts";
import { database } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { nextStep, type Step } from "#lib/database/walk-in-steps.ts";

/** A replaced key ends this long after the first success of its successor. */
const ON_USE_HOURS = 24;
/** One transaction handles this many keys in a fraction of the time that it has. */
const STEP_KEYS = 500;
const BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000";
const NOW = Prisma.sql`now()`;
const SYSTEM = { actor: "system", address: null, userAgent: null } as const;

/**
 * Sets the end of replaced keys whose successor was used successfully: a day later, unless they end
 * sooner. Returns their number. Each call looks at the next {@link STEP_KEYS} waiting keys, so that
 * its cost doesn't grow with their number.
 *
 * A late look is harmless. The first success is known to the hour and counts as the end of that
 * hour or as now, never as earlier than it was. A rejected request doesn't count.
 */
export async function endReplacedKeys(): Promise<number> {
  return (await nextStep("replaced keys", endNextKeys)).changed;
}

function endNextKeys(after: string[] | null): Promise<Step> {
  return database().$transaction(async (transaction) => {
    const page = await transaction.$queryRaw<{ id: string }[]>`
      SELECT "id" FROM "ApiKey" WHERE "endsOnUse" AND "id" > ${after?.[0] ?? BEFORE_ALL_IDS}::uuid
      ORDER BY "id" LIMIT ${STEP_KEYS}`;
    const ids = page.map(({ id }) => id);
    // Keys that have ended wait for nothing, and would be looked at forever.
    await transaction.$executeRaw`
      UPDATE "ApiKey" SET "endsOnUse" = false WHERE "id" = ANY (ARRAY(
        SELECT "id" FROM "ApiKey" WHERE "id" = ANY(${ids}::uuid[])
          AND ("deletedAt" IS NOT NULL OR NOT ${isLive(NOW)})
        ORDER BY "id" FOR NO KEY UPDATE SKIP LOCKED))`;
    // Usage is looked up key by key, because a join reads every user's usage for each.
    const ended = await transaction.$queryRaw<{ id: string; userId: UserId; name: string; expiresAt: Date }[]>`
      WITH "due" AS (
        SELECT k."id", least(now(), first."hour" + interval '1 hour') AS "usedAt"
        FROM "ApiKey" k, LATERAL (
          ${withSuccessors(Prisma.sql`k."id"`)}
          SELECT min((
            SELECT min(u."hour") FROM "UsageHour" u WHERE u."apiKeyId" = l."id" AND u."outcome" = 'ok'
          )) AS "hour" FROM "successors" l
        ) first
        WHERE k."id" = ANY(${ids}::uuid[]) AND k."endsOnUse" AND first."hour" IS NOT NULL
        ORDER BY k."id" FOR NO KEY UPDATE OF k SKIP LOCKED
      )
      UPDATE "ApiKey" k
      SET "endsOnUse" = false, "expiresAt" = least(k."expiresAt", d."usedAt" + make_interval(hours => ${ON_USE_HOURS}::int))
      FROM "due" d WHERE k."id" = d."id"
      RETURNING k."id", k."userId", k."name", k."expiresAt"`;
    for (const { id, userId, name, expiresAt } of ended)
      await recordActivity(transaction, SYSTEM, {
        userId,
        action: "api_key.overlap_ends",
        apiKeyId: id,
        details: { name, endsAt: expiresAt.toISOString() },
      });
    const last = page.at(-1);
    return { changed: ended.length, last: last && page.length === STEP_KEYS ? [last.id] : null };
  });
}

import type { UserId } from "#lib/accounts/model/user-id.ts";
import { hasStatus } from "#lib/api-keys/key-conditions.ts";
import { database, pool } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { inSteps } from "#lib/database/in-steps.ts";
import { isMailOn, queueMail } from "#lib/mail/queue-mail.ts";

const STEP_KEYS = 500;
/** A key with this many networks moves around, so another one is no news. */
const NETWORKS_MAX = 100;
/** Days in which a key's networks are recorded without notices. */
const LEARNING_DAYS = 7;
const BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000";

type NewNetwork = { apiKeyId: string; userId: UserId; name: string; prefix: string; network: string; agent: string };

/** SQL: the keys after `$1` that were used in the last two hours. */
const USED = `
  SELECT DISTINCT "apiKeyId" FROM "UsageHour" WHERE "hour" > now() - interval '2 hours' AND "apiKeyId" > $1
  ORDER BY 1 LIMIT ${STEP_KEYS}`;

/**
 * SQL: records the new networks of these keys, and returns those that need a notice. The first
 * networks of a key, recorded when its first week is over, need none. A key's callers include
 * rejected ones, so keys that don't work are left out, and so are networks that a key doesn't allow.
 */
const note = (ids: string[]) => Prisma.sql`
  WITH "key" AS (
    SELECT k."id", k."userId", k."name", k."prefix", string_to_array(k."allowedNetworks", ' ')::inet[] AS "allowed",
      (SELECT count(*) FROM "KeyNetwork" n WHERE n."apiKeyId" = k."id") AS "known"
    FROM (SELECT * FROM "ApiKey" WHERE "id" = ANY (${ids}::uuid[]) AND "deletedAt" IS NULL
      AND ${hasStatus("active", Prisma.sql`now()`)} AND "createdAt" <= now() - make_interval(days => ${LEARNING_DAYS}::int)) k
    JOIN "User" u ON u."id" = k."userId" AND u."disabledAt" IS NULL
  ), "noted" AS (
    INSERT INTO "KeyNetwork" ("apiKeyId", "addressPrefix")
    SELECT DISTINCT c."apiKeyId", c."addressPrefix" FROM "key" k JOIN "UsageCaller" c ON c."apiKeyId" = k."id"
    WHERE k."known" < ${NETWORKS_MAX} AND c."addressPrefix" <> ''
      AND (k."allowed" IS NULL OR nullif(c."addressPrefix", '')::inet && ANY (k."allowed")) ORDER BY 1, 2
    ON CONFLICT DO NOTHING RETURNING "apiKeyId", "addressPrefix"
  )
  SELECT n."apiKeyId", k."userId", k."name", k."prefix", n."addressPrefix" AS "network", (
      SELECT c."userAgent" FROM "UsageCaller" c
      WHERE c."apiKeyId" = n."apiKeyId" AND c."addressPrefix" = n."addressPrefix" ORDER BY c."lastSeenAt" DESC LIMIT 1
    ) AS "agent"
  FROM "noted" n JOIN "key" k ON k."id" = n."apiKeyId" WHERE k."known" > 0 ORDER BY k."userId", 1, 5`;

/**
 * Notifies owners that a key is used from a new network, from the key's day 8 on. Returns the
 * number of new networks.
 */
export async function noticeNewNetworks(signal?: AbortSignal): Promise<number> {
  if (!isMailOn()) return 0;
  let all = 0;
  let after = BEFORE_ALL_IDS;
  await inSteps(async () => {
    const { rows: used } = await pool().query<{ apiKeyId: string }>(USED, [after]);
    const ids = used.map(({ apiKeyId }) => apiKeyId);
    all += await noteAndTell(ids);
    after = ids.at(-1) ?? after;
    return ids.length === STEP_KEYS;
  }, signal);
  return all;
}

/** Records a network in the transaction that queues its email. */
function noteAndTell(ids: string[]): Promise<number> {
  return database().$transaction(async (transaction) => {
    const news = await transaction.$queryRaw<NewNetwork[]>(note(ids));
    for (const [userId, networks] of Map.groupBy(news, ({ userId }) => userId))
      await queueMail(transaction, userId, "api_key.new_network", {
        uses: networks.map(({ apiKeyId: id, name, prefix, network, agent }) => ({ id, name, prefix, network, agent })),
      });
    return news.length;
  });
}

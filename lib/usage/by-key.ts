import { pool } from "#lib/database/client.ts";

/** What a key did and cost. `credits` are those that were spent, without what was given back. */
export type KeyUsage = { id: string; name: string; prefix: string; requests: number; ok: number; credits: number };

/** Joined both ways: a refund can come on a day without a request, and a crash loses the latest counts, but never a movement. */
const BY_KEY = `
  WITH "since" AS (
    SELECT ($2::timestamptz AT TIME ZONE 'UTC')::date - ($3::int - 1) AS "day"
  ), "used" AS (
    SELECT k."id", sum(d."requests")::float8 AS "requests", sum(d."requests") FILTER (WHERE d."outcome" = 'ok')::float8 AS "ok"
    FROM "since", "UsageDay" d JOIN "ApiKey" k ON k."id" = d."apiKeyId"
    WHERE k."userId" = $1 AND d."day" >= "since"."day" GROUP BY 1
  ), "spent" AS (
    SELECT d."apiKeyId" AS "id", (sum(d."charged") - sum(d."refunded"))::float8 AS "credits"
    FROM "since", "CreditDay" d WHERE d."userId" = $1 AND d."day" >= "since"."day"
    GROUP BY 1 HAVING sum(d."charged") <> sum(d."refunded")
  ), "all" AS (
    SELECT k."id", k."name", k."prefix", coalesce("requests", 0) AS "requests", coalesce("ok", 0) AS "ok",
           coalesce("credits", 0) AS "credits"
    FROM "used" FULL JOIN "spent" USING ("id") JOIN "ApiKey" k USING ("id") WHERE k."userId" = $1
  )`;

/** The keys of an account that were used in the last days, deleted ones too, the busiest first; `matching` is their number. */
export async function usageByKey(
  userId: string,
  days: number,
  now: Date,
  { limit, offset }: { limit: number; offset: number },
): Promise<{ rows: KeyUsage[]; matching: number }> {
  const values = [userId, now, days];
  const { rows: counts } = await pool().query<{ matching: number }>(
    `${BY_KEY} SELECT count(*)::int AS "matching" FROM "all"`,
    values,
  );
  const { rows } = await pool().query<KeyUsage>(
    `${BY_KEY} SELECT * FROM "all" ORDER BY "requests" DESC, "credits" DESC, "id" LIMIT $4 OFFSET $5`,
    [...values, limit, offset],
  );
  return { rows, matching: counts[0]?.matching ?? 0 };
}

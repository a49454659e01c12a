import { pool } from "#lib/database/client.ts";

const REFUSALS_OF_AN_ACCOUNT = 1_000;
const CALLERS_OF_A_KEY = 20;

/** Usage by hour is kept for 90 days and by day for 2 years, and of callers and refusals the latest. */
export async function pruneUsage(): Promise<void> {
  for (const statement of [
    `DELETE FROM "UsageHour" WHERE "hour" < now() - interval '90 days'`,
    `DELETE FROM "UsageDay" WHERE "day" < (now() AT TIME ZONE 'UTC')::date - 730`,
    `DELETE FROM "UsageBatch" WHERE "writtenAt" < now() - interval '1 day'`,
    `DELETE FROM "UsageCaller" o USING (
       SELECT ctid, row_number() OVER (PARTITION BY "apiKeyId" ORDER BY "lastSeenAt" DESC) AS "rank" FROM "UsageCaller"
     ) r WHERE o.ctid = r.ctid AND r."rank" > ${CALLERS_OF_A_KEY}`,
    `DELETE FROM "Refusal" o USING (
       SELECT "requestId", row_number() OVER (PARTITION BY "userId" ORDER BY "createdAt" DESC) AS "rank" FROM "Refusal"
     ) r WHERE o."requestId" = r."requestId" AND r."rank" > ${REFUSALS_OF_AN_ACCOUNT}`,
  ])
    await pool().query(statement);
}

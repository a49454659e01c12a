import { NET } from "#lib/credits/ledger.ts";
import { NO_KEY } from "#lib/credits/model/no-key.ts";
import { pool } from "#lib/database/client.ts";
import { inSteps } from "#lib/database/in-steps.ts";

/** The two limits keep one statement short, also when years of history wait to be closed. */
const STEP_ACCOUNTS = 20;
const STEP_DAYS_OF_ACCOUNT = 250;

/**
 * SQL: the last day that can get no more movements. Transactions that began on it have ended, and
 * the clocks of two machines differ by less than a day.
 */
const LAST_DAY = `(now() AT TIME ZONE 'UTC')::date - 2`;

/**
 * Closes each account's days in order, from the first open one, so that each balance follows from
 * the last closed day. Leaves the first day past the limit open, also if it was closed before, so
 * that the next step continues there.
 */
const CLOSE = `
  WITH "due" AS (
    SELECT "userId", min("day") AS "day" FROM "CreditDayTotal"
    WHERE "closing" IS NULL AND "day" <= ${LAST_DAY} AND "userId" >= $1
    GROUP BY "userId" ORDER BY "userId" LIMIT ${STEP_ACCOUNTS}
  ), "closed" AS (
    SELECT u."userId", d."day", CASE WHEN row_number() OVER "before" <= ${STEP_DAYS_OF_ACCOUNT} THEN coalesce((
        SELECT "closing" FROM "CreditDayTotal" p WHERE p."userId" = u."userId" AND p."day" < u."day" ORDER BY "day" DESC LIMIT 1
      ), 0) + sum(d."net") OVER "before" END AS "closing"
    FROM "due" u, LATERAL (
      SELECT "day", ${NET} AS "net" FROM "CreditDayTotal" WHERE "userId" = u."userId" AND "day" BETWEEN u."day" AND ${LAST_DAY}
      ORDER BY "day" LIMIT ${STEP_DAYS_OF_ACCOUNT} + 1
    ) d WINDOW "before" AS (PARTITION BY u."userId" ORDER BY d."day")
  ), "written" AS (
    UPDATE "CreditDayTotal" t SET "closing" = c."closing" FROM "closed" c WHERE t."userId" = c."userId" AND t."day" = c."day"
    RETURNING t."userId", t."closing"
  )
  SELECT sum("closed")::int AS "days",
    coalesce(min("userId"::text) FILTER (WHERE "days" > "closed"), max("userId"::text)) AS "next"
  FROM (SELECT "userId", count(*) AS "days", count("closing") AS "closed" FROM "written" GROUP BY 1) account`;

/**
 * Writes the balance at the end of each UTC day that ended at least a day ago, so that a page of
 * the ledger adds up only the latest days. Returns the number of days written.
 */
export async function closeDays(signal?: AbortSignal): Promise<number> {
  let all = 0;
  // The next step starts at the first account that may have more open days.
  let next: string | null = NO_KEY;
  await inSteps(async () => {
    const { rows } = await pool().query<{ days: number | null; next: string | null }>(CLOSE, [next]);
    all += rows[0]?.days ?? 0;
    next = rows[0]?.next ?? null;
    return next !== null;
  }, signal);
  return all;
}

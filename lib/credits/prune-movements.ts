import type { UserId } from "#lib/accounts/model/user-id.ts";
import { env } from "#lib/config/env.ts";
import { pool } from "#lib/database/client.ts";
import { inSteps } from "#lib/database/in-steps.ts";
import { removeInSteps } from "#lib/database/remove-in-steps.ts";

/** Accounts that one statement looks at. */
const STEP_ACCOUNTS = 500;
const BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000";
/** An export that started before a day was rolled up has read its movements by then. */
const GRACE_HOURS = 12;

type Options = { days?: number; graceHours?: number; signal?: AbortSignal };

/**
 * Rolls up the days older than `LEDGER_DETAIL_DAYS`: the ledger shows only their sums, which stay
 * in `CreditDay`. Removes their single movements `graceHours` later. Returns how many movements
 * this call removed.
 */
export async function pruneMovements({
  days = env().LEDGER_DETAIL_DAYS,
  graceHours = GRACE_HOURS,
  signal,
}: Options = {}): Promise<number> {
  const { rows: decided } = await pool().query<{ day: string }>(
    `SELECT to_char("day", 'YYYY-MM-DD') AS "day" FROM "LedgerDetail"
     WHERE "prunedAt" IS NULL AND "decidedAt" <= now() - make_interval(hours => $1)`,
    [graceHours],
  );
  const removed = decided[0] ? await removeBefore(decided[0].day, signal) : 0;
  // Writes nothing into an empty database, because a backup is restored only into an empty one.
  // The column has milliseconds. Rounded up, the time would lie ahead.
  await pool().query(
    `INSERT INTO "LedgerDetail" AS l ("day", "decidedAt")
     SELECT (now() AT TIME ZONE 'UTC')::date - $1::int, date_trunc('milliseconds', now()) WHERE EXISTS (SELECT FROM "Balance")
     ON CONFLICT ("id") DO UPDATE SET "day" = excluded."day", "decidedAt" = excluded."decidedAt", "prunedAt" = NULL
       WHERE l."day" < excluded."day"`,
    [days],
  );
  return removed;
}

/**
 * Walks through the accounts by ranges of ids, because the index of movements starts with the
 * account.
 */
async function removeBefore(day: string, signal?: AbortSignal): Promise<number> {
  let all = 0;
  let after: string | null = BEFORE_ALL_IDS;
  await inSteps(async () => {
    const { rows } = await pool().query<{ last: string | null; due: UserId[] | null }>(
      `SELECT max("userId"::text) AS "last", array_agg("userId") FILTER (WHERE "oldest" < $2::date::timestamp AT TIME ZONE 'UTC') AS "due"
       FROM (
         SELECT "userId", (SELECT min("createdAt") FROM "CreditMovement" m WHERE m."userId" = b."userId") AS "oldest"
         FROM "Balance" b WHERE "userId" > $1 ORDER BY "userId" LIMIT ${STEP_ACCOUNTS}
       ) page`,
      [after, day],
    );
    for (const userId of rows[0]?.due ?? []) all += await removeOf(userId, day, signal);
    after = rows[0]?.last ?? null;
    return after !== null;
  }, signal);
  await pool().query(`UPDATE "LedgerDetail" SET "prunedAt" = now() WHERE "day" = $1`, [day]);
  return all;
}

/**
 * Removes the oldest movements first, so that no charge outlives its refund and could be refunded
 * again.
 */
function removeOf(userId: UserId, day: string, signal?: AbortSignal): Promise<number> {
  return removeInSteps(
    {
      table: "CreditMovement",
      by: "createdAt",
      where: `"userId" = $1 AND "createdAt" < $2::date::timestamp AT TIME ZONE 'UTC'`,
      values: [userId, day],
    },
    signal,
  );
}

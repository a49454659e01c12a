import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { Charge } from "#lib/credits/charge-statement.ts";
import { REQUESTS_MAX } from "#lib/credits/spending.ts";
import { pool } from "#lib/database/client.ts";
import { wasRolledBack } from "#lib/database/unavailable.ts";
import { CLOCK_MS, syncClock } from "#lib/unconfirmed-writes/database-clock.ts";

/** What an account has after its charges. */
export type Left = { credits: number; requests: number };

/**
 * SQL: makes all charges of an account if they fit together, else none. It doesn't decide each
 * charge, which saves a third of a group's time (`npm run bench`).
 *
 * Accounts are locked in the order of ids; an account that another transaction holds is skipped. A
 * row is updated from its values at the time of the lock (see {@link chargeStatement}). A charge
 * whose id is in the ledger fails the statement. Parameters stand in subselects so that the
 * statement is planned only once.
 */
const STATEMENT = `
  WITH "now" AS (
    SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date AS "month"
  ), "locked" AS MATERIALIZED (
    SELECT b."userId", b."credits", CASE WHEN b."month" = "now"."month" THEN b."requests" ELSE 0 END AS "requests"
    FROM "Balance" b, "now" WHERE b."userId" = ANY ((SELECT $1::uuid[])::uuid[]) ORDER BY b."userId"
    FOR NO KEY UPDATE OF b SKIP LOCKED
  ), "clock" AS MATERIALIZED (
    SELECT ${CLOCK_MS} AS "clock" FROM (SELECT count(*) FROM "locked") "behind"
  ), "fit" AS MATERIALIZED (
    SELECT a."userId", l."credits" - a."credits" AS "credits", least(l."requests"::bigint + a."requests", ${REQUESTS_MAX})::int AS "requests", "clock"
    FROM "clock", unnest((SELECT $1::uuid[]), (SELECT $2::int[]), (SELECT $3::int[]), (SELECT $4::int[]), (SELECT $5::float8[]))
      a("userId", "credits", "requests", "quota", "deadline") JOIN "locked" l ON l."userId" = a."userId"
    WHERE l."credits" >= a."credits" AND (a."quota" IS NULL OR l."requests" + a."requests" <= a."quota")
      AND (a."deadline" IS NULL OR "clock" < a."deadline")
  ), "movement" AS (
    INSERT INTO "CreditMovement" ("id", "userId", "kind", "amount", "apiKeyId")
    SELECT c."id", c."userId", 'charged', -c."credits", c."apiKeyId"
    FROM unnest((SELECT $6::uuid[]), (SELECT $7::uuid[]), (SELECT $8::uuid[]), (SELECT $9::int[])) c("id", "userId", "apiKeyId", "credits")
    WHERE c."userId" IN (SELECT "userId" FROM "fit")
  ), "balance" AS (
    UPDATE "Balance" b SET "credits" = f."credits", "month" = "now"."month", "requests" = f."requests"
    FROM "now", "fit" f WHERE b."userId" = f."userId"
  )
  SELECT "userId", "credits", "requests", "clock" FROM "fit"`;

/**
 * Writes an array of UUIDs or numbers as PostgreSQL's literal. Faster than `pg`, which checks each
 * value for characters to quote.
 */
export const plainArray = (values: (string | number | null | undefined)[]) =>
  `{${values.map((value) => value ?? "NULL").join()}}`;

/**
 * Makes the charges of each account that can pay for all of its own, and returns what those
 * accounts have left. Charges nothing to accounts that can't pay, are late, are held by another
 * transaction or have a canceled charge. Ignores spending caps of keys.
 */
export async function chargeWholeAccounts(charges: Charge[]): Promise<Map<string, Left>> {
  if (charges.length === 0) return new Map();
  const accounts = [...Map.groupBy(charges, ({ userId }) => userId)];
  const least = (values: (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.length > 0 ? Math.min(...known) : null;
  };
  const values = [
    plainArray(accounts.map(([userId]) => userId)),
    plainArray(accounts.map(([, own]) => own.reduce((sum, { credits }) => sum + credits, 0))),
    plainArray(accounts.map(([, own]) => own.length)),
    plainArray(accounts.map(([, own]) => least(own.map(({ quota }) => quota)))),
    plainArray(accounts.map(([, own]) => least(own.map(({ deadline }) => deadline)))),
    plainArray(charges.map(({ id }) => id)),
    plainArray(charges.map(({ userId }) => userId)),
    plainArray(charges.map(({ apiKeyId }) => apiKeyId)),
    plainArray(charges.map(({ credits }) => credits)),
  ];
  const sentAt = Date.now();
  try {
    const { rows } = await pool().query<Left & { userId: UserId; clock: number }>({
      name: "charge-whole",
      text: STATEMENT,
      values,
    });
    if (rows[0]) syncClock(rows[0].clock, sentAt);
    return new Map(rows.map(({ userId, ...left }) => [userId, left]));
  } catch (error) {
    if (wasRolledBack(error)) return new Map();
    throw error;
  }
}

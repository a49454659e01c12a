import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { LedgerRowId } from "#lib/credits/model/ledger-row.ts";
import { owned } from "#lib/credits/owned.ts";
import { pool } from "#lib/database/client.ts";
import { type From, type KeysetPage, readKeysetPage } from "#lib/paging/model/keyset-page.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

/** The credits that one key moved in an account on one UTC day. */
export type LedgerRow = {
  /** `YYYY-MM-DD`. */
  day: string;
  /** `NO_KEY` for sign-up credits and grants, which no key made. */
  apiKeyId: string;
  keyName: string | null;
  /** Gross: refunds are not subtracted. */
  charged: number;
  refunded: number;
  added: number;
  /** The account's balance at the end of the day; for today, the current balance. */
  closing: number;
  /** False for days of which only the sums are kept. */
  isDetailed: boolean;
};

/** SQL: the net change of one day, from a row of `CreditDay` or `CreditDayTotal`. */
export const NET = `"added" + "refunded" - "charged"`;

/**
 * SQL: the first UTC day whose single movements are shown. Evaluated in the same statement that
 * reads the movements, so that pruning can't run in between.
 */
export const DETAIL_SINCE = `coalesce((SELECT "day" FROM "LedgerDetail"), '-infinity'::date)`;

/**
 * SQL: reads rows of the ledger. The page is selected before anything is joined, so that no plan
 * reads more rows than it shows. The latest days have no closing balance yet: theirs is the current
 * balance minus the net changes of later days, which are open too.
 */
const rowsWhere = (condition: string, order = "") => `
  WITH "page" AS (
    SELECT * FROM "CreditDay" d WHERE ${owned("d")} AND ${condition} ${order} LIMIT $4
  ), "closing" AS MATERIALIZED (
    SELECT "day", coalesce(t."closing", b."credits" - (
        SELECT coalesce(sum(${NET}), 0) FROM "CreditDayTotal" l WHERE ${owned("l")} AND l."day" > t."day" AND l."closing" IS NULL
      ))::float8 AS "closing"
    FROM (SELECT DISTINCT "day" FROM "page") d JOIN "CreditDayTotal" t USING ("day") JOIN "Balance" b USING ("userId")
    WHERE ${owned("t")}
  )
  SELECT to_char("day", 'YYYY-MM-DD') AS "day", "apiKeyId", k."name" AS "keyName", "charged"::float8 AS "charged",
    "refunded"::float8 AS "refunded", "added"::float8 AS "added", "closing", "day" >= ${DETAIL_SINCE} AS "isDetailed"
  FROM "page" p JOIN "closing" USING ("day") LEFT JOIN "ApiKey" k ON k."id" = "apiKeyId" AND ${owned("k")}
  ${order.replace('"day"', 'p."day"')}`;

/** Reads one page of an account's ledger by UTC day and key, newest first. */
export function listLedger(userId: UserId, size: number, from: From = null): Promise<KeysetPage<LedgerRow>> {
  const placeOf = ({ day, apiKeyId }: LedgerRow) => ({ value: day, id: apiKeyId });
  return readKeysetPage(size, from, placeOf, (place, limit) => readLedger(userId, place, limit));
}

/** Reads up to `limit` rows next to a place, the nearest first. */
export async function readLedger(userId: UserId, from: From, limit: number): Promise<LedgerRow[]> {
  const [beyond, order] = from?.towards === "earlier" ? [">", "ASC"] : ["<", "DESC"];
  const { rows } = await pool().query<LedgerRow>(
    rowsWhere(
      `($2::date IS NULL OR ("day", "apiKeyId") ${beyond} ($2, $3::uuid))`,
      `ORDER BY "day" ${order}, "apiKeyId" ${order}`,
    ),
    [userId, from?.value ?? null, from?.id ?? null, limit],
  );
  return rows;
}

/** Returns null if the key moved no credits of the account on that day. */
export async function findLedgerRow(userId: UserId, { day, apiKeyId }: LedgerRowId): Promise<LedgerRow | null> {
  const { rows } = await pool().query<LedgerRow>(rowsWhere(`"day" = $2 AND "apiKeyId" = $3`), [
    userId,
    day,
    apiKeyId,
    1,
  ]);
  return rows[0] ?? null;
}

/** Returns the credits spent in the UTC month of `now`, net of refunds: at least 0. */
export async function creditsOfMonth(userId: UserId, now: Date): Promise<number> {
  const days = await creditsByDay(userId, now.getUTCDate(), now);
  return Math.max(
    0,
    days.reduce((sum, { credits }) => sum + credits, 0),
  );
}

/**
 * Returns the credits spent on each of the last UTC days, net of refunds, oldest first. Includes
 * today and days without spending.
 */
export async function creditsByDay(
  userId: UserId,
  days: number,
  now: Date,
): Promise<{ day: string; credits: number }[]> {
  const { rows } = await pool().query<{ day: string; credits: number }>(
    `SELECT to_char("day", 'YYYY-MM-DD') AS "day", ("charged" - "refunded")::float8 AS "credits" FROM "CreditDayTotal" t
     WHERE ${owned("t")} AND "day" > ($2::timestamptz AT TIME ZONE 'UTC')::date - $3::int`,
    [userId, now, days],
  );
  const credits = new Map(rows.map((row) => [row.day, row.credits]));
  return Array.from({ length: days }, (_, i) => {
    const day = new Date(now.getTime() - (days - 1 - i) * DAY_MS).toISOString().slice(0, 10);
    return { day, credits: credits.get(day) ?? 0 };
  });
}

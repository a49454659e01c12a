import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { LedgerRowId } from "#lib/credits/model/ledger-row.ts";
import { pool } from "#lib/database/client.ts";
import { type From, type KeysetPage, readKeysetPage } from "#lib/paging/model/keyset-page.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

/** What one key did to an account's credits on one UTC day. */
export type LedgerRow = {
  /** `YYYY-MM-DD`. */
  day: string;
  /** `NO_KEY` where no key did it: sign-up credits and grants. */
  apiKeyId: string;
  keyName: string | null;
  /** Refunds not subtracted. */
  charged: number;
  refunded: number;
  added: number;
  /** The account's balance at the end of the day, or now. */
  closing: number;
  /** False where only the sums are kept. */
  isDetailed: boolean;
};

/** SQL: what came on one day, of a row of either table of days. */
export const NET = `"added" + "refunded" - "charged"`;

/** SQL: the first UTC day whose movements are shown one by one. In one statement with them, so that pruning can't come in between. */
export const DETAIL_SINCE = `coalesce((SELECT "day" FROM "LedgerDetail"), '-infinity'::date)`;

/**
 * SQL: rows of the ledger. What they are and how many is decided before anything is joined, so that no plan reads more of them. The
 * latest days have no closing balance yet: it is today's without what came on later ones, which have none either.
 */
const rowsWhere = (condition: string, order = "") => `
  WITH "page" AS (
    SELECT * FROM "CreditDay" WHERE "userId" = $1 AND ${condition} ${order} LIMIT $4
  ), "closing" AS MATERIALIZED (
    SELECT "day", coalesce(t."closing", b."credits" - (
        SELECT coalesce(sum(${NET}), 0) FROM "CreditDayTotal" l WHERE l."userId" = $1 AND l."day" > t."day" AND l."closing" IS NULL
      ))::float8 AS "closing"
    FROM (SELECT DISTINCT "day" FROM "page") d JOIN "CreditDayTotal" t USING ("day") JOIN "Balance" b USING ("userId")
    WHERE t."userId" = $1
  )
  SELECT to_char("day", 'YYYY-MM-DD') AS "day", "apiKeyId", k."name" AS "keyName", "charged"::float8 AS "charged",
    "refunded"::float8 AS "refunded", "added"::float8 AS "added", "closing", "day" >= ${DETAIL_SINCE} AS "isDetailed"
  FROM "page" p JOIN "closing" USING ("day") LEFT JOIN "ApiKey" k ON k."id" = "apiKeyId" AND k."userId" = $1
  ${order.replace('"day"', 'p."day"')}`;

/** A page of an account's ledger by UTC day and key, the newest first. */
export function listLedger(userId: UserId, size: number, from: From = null): Promise<KeysetPage<LedgerRow>> {
  const placeOf = ({ day, apiKeyId }: LedgerRow) => ({ value: day, id: apiKeyId });
  return readKeysetPage(size, from, placeOf, (place, limit) => readLedger(userId, place, limit));
}

/** Reads up to `limit` rows beside a place, the nearest first. */
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

/** Null where the key moved no credits of the account on that day. */
export async function findLedgerRow(userId: UserId, { day, apiKeyId }: LedgerRowId): Promise<LedgerRow | null> {
  const { rows } = await pool().query<LedgerRow>(rowsWhere(`"day" = $2 AND "apiKeyId" = $3`), [
    userId,
    day,
    apiKeyId,
    1,
  ]);
  return rows[0] ?? null;
}

/** Credits spent on each of the last UTC days, net of refunds, today included, oldest first, days without any as 0. */
export async function creditsByDay(
  userId: UserId,
  days: number,
  now: Date,
): Promise<{ day: string; credits: number }[]> {
  const { rows } = await pool().query<{ day: string; credits: number }>(
    `SELECT to_char("day", 'YYYY-MM-DD') AS "day", ("charged" - "refunded")::float8 AS "credits" FROM "CreditDayTotal"
     WHERE "userId" = $1 AND "day" > ($2::timestamptz AT TIME ZONE 'UTC')::date - $3::int`,
    [userId, now, days],
  );
  const credits = new Map(rows.map((row) => [row.day, row.credits]));
  return Array.from({ length: days }, (_, i) => {
    const day = new Date(now.getTime() - (days - 1 - i) * DAY_MS).toISOString().slice(0, 10);
    return { day, credits: credits.get(day) ?? 0 };
  });
}

import type { DayPlace } from "#lib/credits/model/ledger-places.ts";
import { pool } from "#lib/database/client.ts";
import { type Direction, KEYSET_SQL, type KeysetPage, type Position, readKeysetPage } from "#lib/keyset.ts";

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

const DAY_MS = 86_400_000;

/** SQL: what came on one day, of a row of either table of days. */
export const NET = `"added" + "refunded" - "charged"`;

/** SQL: the first UTC day whose movements are shown one by one. In one statement with them, so that pruning can't come in between. */
export const DETAIL_SINCE = `coalesce((SELECT "day" FROM "LedgerDetail"), '-infinity'::date)`;

/** The latest days have no closing balance yet: it is today's without what came later. */
const ROWS = `
  SELECT to_char(d."day", 'YYYY-MM-DD') AS "day", d."apiKeyId", k."name" AS "keyName", d."charged"::float8 AS "charged",
    d."refunded"::float8 AS "refunded", d."added"::float8 AS "added", d."day" >= ${DETAIL_SINCE} AS "isDetailed",
    coalesce(t."closing", b."credits" - (
      SELECT coalesce(sum(${NET}), 0) FROM "CreditDayTotal" l WHERE l."userId" = d."userId" AND l."day" > d."day"
    ))::float8 AS "closing"
  FROM "CreditDay" d JOIN "CreditDayTotal" t ON t."userId" = d."userId" AND t."day" = d."day"
  JOIN "Balance" b ON b."userId" = d."userId" LEFT JOIN "ApiKey" k ON k."id" = d."apiKeyId" AND k."userId" = d."userId"
  WHERE d."userId" = $1`;

/** A page of an account's ledger by UTC day and key, the newest first. */
export function listLedger(userId: string, size: number, position: Position<DayPlace>): Promise<KeysetPage<LedgerRow>> {
  return readKeysetPage(size, position, (direction, place, limit) => readRows(userId, direction, place, limit));
}

/** The rows before a place; without one the newest. */
export async function readRows(
  userId: string,
  direction: Direction,
  place: DayPlace | undefined,
  limit: number,
): Promise<LedgerRow[]> {
  const [comparison, order] = KEYSET_SQL[direction];
  const { rows } = await pool().query<LedgerRow>(
    `${ROWS} AND ($2::date IS NULL OR (d."day", d."apiKeyId") ${comparison} ($2, $3::uuid))
     ORDER BY d."day" ${order}, d."apiKeyId" ${order} LIMIT $4`,
    [userId, place?.day ?? null, place?.apiKeyId ?? null, limit],
  );
  return rows;
}

/** Null where the key moved no credits of the account on that day. */
export async function findLedgerRow(userId: string, { day, apiKeyId }: DayPlace): Promise<LedgerRow | null> {
  const { rows } = await pool().query<LedgerRow>(`${ROWS} AND d."day" = $2 AND d."apiKeyId" = $3`, [
    userId,
    day,
    apiKeyId,
  ]);
  return rows[0] ?? null;
}

/** Credits spent on each of the last UTC days, net of refunds, today included, oldest first, days without any as 0. */
export async function creditsByDay(
  userId: string,
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

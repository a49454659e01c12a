import type { UserId } from "#lib/accounts/model/user-id.ts";
import { DETAIL_SINCE, type LedgerRow, readLedger } from "#lib/credits/ledger.ts";
import type { LedgerRowId } from "#lib/credits/model/ledger-row.ts";
import { NO_KEY } from "#lib/credits/model/no-key.ts";
import { owned } from "#lib/credits/owned.ts";
import { pool } from "#lib/database/client.ts";
import { type From, type KeysetPage, readKeysetPage } from "#lib/paging/model/keyset-page.ts";
import { readAll } from "#lib/paging/read-page.ts";

export type Movement = {
  id: string;
  /** `reserved`: the work is still running; it becomes `charged` or is refunded. */
  kind: "signup" | "granted" | "reserved" | "charged" | "refunded";
  /** Credits added (positive) or taken (negative). */
  amount: number;
  /** The key that spent them. */
  apiKeyId: string | null;
  keyName: string | null;
  createdAt: Date;
};

/** One part of the exported ledger. Everything in it is newer than everything in the next part. */
export type LedgerPart = { movements: Movement[] } | { days: LedgerRow[] };

const EXPORT_PAGE_ROWS = 500;

/** SQL: reads movements except those with amount 0, which only block a canceled charge. */
const movementsWhere = (condition: string, order: string, limit: string) => `
  SELECT m."id", CASE WHEN r."id" IS NULL THEN m."kind"::text ELSE 'reserved' END AS "kind", m."amount", m."apiKeyId",
         k."name" AS "keyName", m."createdAt"
  FROM (
    SELECT * FROM "CreditMovement" m WHERE ${owned("m")} AND "amount" <> 0 AND ${condition}
    ORDER BY "createdAt" ${order}, "id" ${order} LIMIT ${limit}
  ) m
  LEFT JOIN "ApiKey" k ON k."id" = m."apiKeyId" AND ${owned("k")} LEFT JOIN "Reservation" r ON r."id" = m."id"
  ORDER BY m."createdAt" ${order}, m."id" ${order}`;

/**
 * Reads one page of the movements behind a row of the ledger, newest first. Returns none for days
 * of which only the sums are kept.
 */
export function listMovements(
  userId: UserId,
  { day, apiKeyId }: LedgerRowId,
  size: number,
  from: From = null,
): Promise<KeysetPage<Movement>> {
  const placeOf = ({ createdAt, id }: Movement) => ({ value: String(createdAt.getTime()), id });
  return readKeysetPage(size, from, placeOf, async (place, limit) => {
    const [beyond, order] = place?.towards === "earlier" ? [">", "ASC"] : ["<", "DESC"];
    const { rows } = await pool().query<Movement>(
      movementsWhere(
        `$2::date >= ${DETAIL_SINCE}
         AND "createdAt" >= $2::date::timestamp AT TIME ZONE 'UTC' AND "createdAt" < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'
         AND ${apiKeyId === NO_KEY ? `$3::uuid IS NOT NULL AND "apiKeyId" IS NULL` : `"apiKeyId" = $3`}
         AND ($4::timestamptz IS NULL OR ("createdAt", "id") ${beyond} ($4, $5::uuid))`,
        order,
        "$6",
      ),
      [userId, day, apiKeyId, place && new Date(Number(place.value)), place?.id ?? null, limit],
    );
    return rows;
  });
}

/**
 * Reads the whole ledger, newest first: single movements, then the rows of days that are rolled up.
 * No row is missing or repeated while others are added or pruned, because movements are removed
 * hours after their day was rolled up.
 */
export async function* exportLedger(userId: UserId): AsyncGenerator<LedgerPart, void> {
  const { rows: since } = await pool().query<{ day: string }>(
    `SELECT to_char("day", 'YYYY-MM-DD') AS "day" FROM "LedgerDetail"`,
  );
  const day = since[0]?.day;
  const movements = readAll<Movement>(EXPORT_PAGE_ROWS, async (last, limit) => {
    const { rows } = await pool().query<Movement>(
      movementsWhere(
        `($2::date IS NULL OR "createdAt" >= $2::date::timestamp AT TIME ZONE 'UTC')
         AND ($3::timestamptz IS NULL OR ("createdAt", "id") < ($3, $4::uuid))`,
        "DESC",
        "$5",
      ),
      [userId, day ?? null, last?.createdAt ?? null, last?.id ?? null, limit],
    );
    return rows;
  });
  for await (const rows of movements) yield { movements: rows };
  if (!day) return;
  const days = readAll<LedgerRow>(EXPORT_PAGE_ROWS, (last = { day, apiKeyId: NO_KEY } as LedgerRow, limit) =>
    readLedger(userId, { value: last.day, id: last.apiKeyId, towards: "later" }, limit),
  );
  for await (const rows of days) yield { days: rows };
}

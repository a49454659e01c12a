import { DETAIL_SINCE, type LedgerRow, readRows } from "#lib/credits/ledger.ts";
import { type DayPlace, type MovementPlace, NO_KEY } from "#lib/credits/model/ledger-places.ts";
import { pool } from "#lib/database/client.ts";
import { KEYSET_SQL, type KeysetPage, type Position, readKeysetPage } from "#lib/keyset.ts";
import { readAll } from "#lib/read-page.ts";

export type Movement = {
  id: string;
  /** `reserved`: charged, or refunded, as soon as the work has ended. */
  kind: "signup" | "granted" | "reserved" | "charged" | "refunded";
  /** Credits that came (positive) or went (negative). */
  amount: number;
  /** The key that spent them. */
  apiKeyId: string | null;
  keyName: string | null;
  createdAt: Date;
};

/** A part of the exported ledger: all of one part are newer than all of the next. */
export type LedgerPart = { movements: Movement[] } | { days: LedgerRow[] };

const EXPORT_PAGE = 500;

/** Without those of nothing, which only keep a charge from being made. */
const MOVEMENTS = `
  SELECT m."id", CASE WHEN r."id" IS NULL THEN m."kind"::text ELSE 'reserved' END AS "kind", m."amount", m."apiKeyId",
         k."name" AS "keyName", m."createdAt"
  FROM "CreditMovement" m LEFT JOIN "ApiKey" k ON k."id" = m."apiKeyId" AND k."userId" = m."userId"
  LEFT JOIN "Reservation" r ON r."id" = m."id"
  WHERE m."userId" = $1 AND m."amount" <> 0`;

/** A page of the movements that a row of the ledger sums up, the newest first; none where only the sums are kept. */
export function listMovements(
  userId: string,
  { day, apiKeyId }: DayPlace,
  size: number,
  position: Position<MovementPlace>,
): Promise<KeysetPage<Movement>> {
  return readKeysetPage(size, position, async (direction, place, limit) => {
    const [comparison, order] = KEYSET_SQL[direction];
    const { rows } = await pool().query<Movement>(
      `${MOVEMENTS} AND $2::date >= ${DETAIL_SINCE}
         AND m."createdAt" >= $2::date::timestamp AT TIME ZONE 'UTC' AND m."createdAt" < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'
         AND ${apiKeyId === NO_KEY ? `$3::uuid IS NOT NULL AND m."apiKeyId" IS NULL` : `m."apiKeyId" = $3`}
         AND ($4::timestamptz IS NULL OR (m."createdAt", m."id") ${comparison} ($4, $5::uuid))
       ORDER BY m."createdAt" ${order}, m."id" ${order} LIMIT $6`,
      [userId, day, apiKeyId, place?.createdAt ?? null, place?.id ?? null, limit],
    );
    return rows;
  });
}

/**
 * Reads the whole ledger, the newest first: single movements, then the rows of days that are rolled up. None is missing and none is
 * there twice, however many are added or removed meanwhile: movements are removed only hours after their days were rolled up.
 */
export async function* exportLedger(userId: string): AsyncGenerator<LedgerPart, void> {
  const { rows: since } = await pool().query<{ day: string }>(
    `SELECT to_char("day", 'YYYY-MM-DD') AS "day" FROM "LedgerDetail"`,
  );
  const day = since[0]?.day;
  const movements = readAll<Movement>(EXPORT_PAGE, async (last, limit) => {
    const { rows } = await pool().query<Movement>(
      `${MOVEMENTS} AND ($2::date IS NULL OR m."createdAt" >= $2::date::timestamp AT TIME ZONE 'UTC')
         AND ($3::timestamptz IS NULL OR (m."createdAt", m."id") < ($3, $4::uuid))
       ORDER BY m."createdAt" DESC, m."id" DESC LIMIT $5`,
      [userId, day ?? null, last?.createdAt ?? null, last?.id ?? null, limit],
    );
    return rows;
  });
  for await (const rows of movements) yield { movements: rows };
  if (!day) return;
  const days = readAll<LedgerRow>(EXPORT_PAGE, (last, limit) =>
    readRows(userId, "before", last ?? { day, apiKeyId: NO_KEY }, limit),
  );
  for await (const rows of days) yield { days: rows };
}

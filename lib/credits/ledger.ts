import { pool } from "#lib/database/client.ts";
import { readAll, type Slice } from "#lib/read-page.ts";

export type Movement = {
  id: string;
  /** `reserved`: spent, or refunded, as soon as the work has ended. */
  kind: "signup" | "granted" | "reserved" | "charged" | "refunded";
  /** Credits that came (positive) or went (negative). */
  amount: number;
  /** The key that spent them. */
  apiKeyId: string | null;
  keyName: string | null;
  createdAt: Date;
};

const EXPORT_PAGE = 500;

/** Without those of nothing, which only keep a charge from being made. */
const MOVEMENTS = `
  SELECT m."id", CASE WHEN r."id" IS NULL THEN m."kind"::text ELSE 'reserved' END AS "kind", m."amount", m."apiKeyId",
         k."name" AS "keyName", m."createdAt"
  FROM "CreditMovement" m LEFT JOIN "ApiKey" k ON k."id" = m."apiKeyId" LEFT JOIN "Reservation" r ON r."id" = m."id"
  WHERE m."userId" = $1 AND m."amount" <> 0`;
const LATEST_FIRST = `ORDER BY m."createdAt" DESC, m."id" DESC`;

/** The movements of an account's credits, the latest first; `matching` is the number of all. */
export async function listMovements(
  userId: string,
  { limit, offset }: Slice,
): Promise<{ rows: Movement[]; matching: number }> {
  const { rows: counts } = await pool().query<{ matching: number }>(
    `SELECT count(*)::int AS "matching" FROM "CreditMovement" WHERE "userId" = $1 AND "amount" <> 0`,
    [userId],
  );
  const { rows } = await pool().query<Movement>(`${MOVEMENTS} ${LATEST_FIRST} LIMIT $2 OFFSET $3`, [
    userId,
    limit,
    offset,
  ]);
  return { rows, matching: counts[0]?.matching ?? 0 };
}

/** All of them: the ledger is append-only, so that none is missing and none is there twice, however many are added meanwhile. */
export function exportMovements(userId: string): AsyncGenerator<Movement[]> {
  return readAll<Movement>(EXPORT_PAGE, async (last, limit) => {
    const { rows } = await pool().query<Movement>(
      `${MOVEMENTS} AND ($2::timestamptz IS NULL OR (m."createdAt", m."id") < ($2, $3::uuid)) ${LATEST_FIRST} LIMIT $4`,
      [userId, last?.createdAt ?? null, last?.id ?? null, limit],
    );
    return rows;
  });
}

/** Credits spent on each of the last days (UTC), refunds taken off, today's included, oldest first, also where none were. */
export async function creditsByDay(
  userId: string,
  days: number,
  now: Date,
): Promise<{ day: string; credits: number }[]> {
  const { rows } = await pool().query<{ day: string; credits: number }>(
    `SELECT to_char(days."day", 'YYYY-MM-DD') AS "day", (coalesce(sum(d."charged"), 0) - coalesce(sum(d."refunded"), 0))::float8 AS "credits"
     FROM generate_series(0, $3::int - 1) ago,
       LATERAL (SELECT ($2::timestamptz AT TIME ZONE 'UTC')::date - ago AS "day") days
     LEFT JOIN "CreditDay" d ON d."userId" = $1 AND d."day" = days."day"
     GROUP BY 1 ORDER BY 1`,
    [userId, now, days],
  );
  return rows;
}

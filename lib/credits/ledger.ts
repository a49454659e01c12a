import { pool } from "#lib/database/client.ts";

export type Movement = {
  id: string;
  kind: "signup" | "granted" | "charged" | "refunded";
  /** Credits that came (positive) or went (negative). */
  amount: number;
  keyName: string | null;
  createdAt: Date;
};

/** The latest movements of an account's credits; without those of nothing, which only keep a charge from being made. */
export async function listMovements(userId: string, limit: number): Promise<Movement[]> {
  const { rows } = await pool().query<Movement>(
    `SELECT m."id", m."kind"::text AS "kind", m."amount", k."name" AS "keyName", m."createdAt"
     FROM "CreditMovement" m LEFT JOIN "ApiKey" k ON k."id" = m."apiKeyId"
     WHERE m."userId" = $1 AND m."amount" <> 0 ORDER BY m."createdAt" DESC, m."id" LIMIT $2`,
    [userId, limit],
  );
  return rows;
}

/** Credits spent by UTC day, `YYYY-MM-DD`, refunds taken off, the latest first; days without any are left out. */
export async function creditsByDay(
  userId: string,
  days: number,
  now: Date,
): Promise<{ day: string; credits: number }[]> {
  const { rows } = await pool().query<{ day: string; credits: number }>(
    `SELECT to_char("createdAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS "day", -sum("amount")::int AS "credits"
     FROM "CreditMovement"
     WHERE "userId" = $1 AND "kind" IN ('charged', 'refunded')
       AND "createdAt" >= (($2::timestamptz AT TIME ZONE 'UTC')::date - ($3::int - 1)) AT TIME ZONE 'UTC'
     GROUP BY 1 HAVING sum("amount") <> 0 ORDER BY 1 DESC`,
    [userId, now, days],
  );
  return rows;
}

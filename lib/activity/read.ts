import type { Action } from "#lib/activity/record.ts";
import { pool } from "#lib/database/client.ts";

export type ActivityRecord = {
  id: string;
  action: Action;
  actor: "user" | "operator" | "system";
  apiKeyId: string | null;
  details: Record<string, string | number | null>;
  address: string | null;
  userAgent: string | null;
  createdAt: Date;
};

export type ActivityFilter = {
  apiKeyId?: string | null;
  /** All that begins with it: `api_key`, `account`. */
  about?: string | null;
  /** Nothing after that instant. */
  until?: Date | null;
};

/** What happened to an account and its keys, the latest first. */
export async function listActivity(
  userId: string,
  { apiKeyId = null, about = null, until = null }: ActivityFilter,
  { limit, offset = 0 }: { limit: number; offset?: number },
): Promise<{ rows: ActivityRecord[]; matching: number }> {
  const matches = `FROM "Activity" WHERE "userId" = $1 AND ($2::uuid IS NULL OR "apiKeyId" = $2)
    AND ($3::text IS NULL OR starts_with("action", $3 || '.')) AND ($4::timestamptz IS NULL OR "createdAt" <= $4)`;
  const values = [userId, apiKeyId, about, until];
  const { rows: counts } = await pool().query<{ matching: number }>(
    `SELECT count(*)::int AS "matching" ${matches}`,
    values,
  );
  const { rows } = await pool().query<ActivityRecord>(
    `SELECT "id", "action", "actor"::text AS "actor", "apiKeyId", "details", "address", "userAgent", "createdAt"
     ${matches} ORDER BY "createdAt" DESC, "id" DESC LIMIT $5 OFFSET $6`,
    [...values, limit, offset],
  );
  return { rows, matching: counts[0]?.matching ?? 0 };
}

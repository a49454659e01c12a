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
};

const COLUMNS = `"id", "action", "actor"::text AS "actor", "apiKeyId", "details", "address", "userAgent", "createdAt"`;
const MATCHES = `
  FROM "Activity" WHERE "userId" = $1 AND ($2::uuid IS NULL OR "apiKeyId" = $2)
    AND ($3::text IS NULL OR starts_with("action", $3 || '.'))`;
const LATEST_FIRST = `ORDER BY "createdAt" DESC, "id" DESC`;
const EXPORT_PAGE = 500;

/** What happened to an account and its keys, the latest first; `matching` is the number of all. */
export async function listActivity(
  userId: string,
  { apiKeyId = null, about = null }: ActivityFilter,
  { limit, offset = 0 }: { limit: number; offset?: number },
): Promise<{ rows: ActivityRecord[]; matching: number }> {
  const values = [userId, apiKeyId, about];
  const { rows: counts } = await pool().query<{ matching: number }>(
    `SELECT count(*)::int AS "matching" ${MATCHES}`,
    values,
  );
  const { rows } = await pool().query<ActivityRecord>(
    `SELECT ${COLUMNS} ${MATCHES} ${LATEST_FIRST} LIMIT $4 OFFSET $5`,
    [...values, limit, offset],
  );
  return { rows, matching: counts[0]?.matching ?? 0 };
}

/**
 * All of it, page by page, each of which goes on after the last record of the one before: none is missing and none is there twice,
 * whatever happens and is pruned meanwhile.
 */
export async function* exportActivity(
  userId: string,
  { apiKeyId = null, about = null }: ActivityFilter,
): AsyncGenerator<ActivityRecord[]> {
  let last: ActivityRecord | undefined;
  do {
    const { rows } = await pool().query<ActivityRecord>(
      `SELECT ${COLUMNS} ${MATCHES}
       AND ($4::timestamptz IS NULL OR ("createdAt", "id") < ($4, $5::uuid)) ${LATEST_FIRST} LIMIT $6`,
      [userId, apiKeyId, about, last?.createdAt ?? null, last?.id ?? null, EXPORT_PAGE],
    );
    yield rows;
    last = rows.length < EXPORT_PAGE ? undefined : rows.at(-1);
  } while (last);
}

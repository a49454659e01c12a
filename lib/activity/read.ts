import type { Action, Details } from "#lib/activity/record.ts";
import { pool } from "#lib/database/client.ts";
import { readAll, type Slice } from "#lib/read-page.ts";

/** A record as it was written, by this version or an earlier one that knew fewer details. */
export type ActivityRecord = { [A in Action]: Written & { action: A; details: Partial<Details[A]> } }[Action];
type Written = {
  id: string;
  actor: "user" | "operator" | "system";
  apiKeyId: string | null;
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
  { limit, offset = 0 }: Pick<Slice, "limit"> & Partial<Slice>,
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

/** All of it: no record is missing and none is there twice, whatever happens and is pruned meanwhile. */
export function exportActivity(
  userId: string,
  { apiKeyId = null, about = null }: ActivityFilter,
): AsyncGenerator<ActivityRecord[]> {
  return readAll<ActivityRecord>(EXPORT_PAGE, async (last, limit) => {
    const { rows } = await pool().query<ActivityRecord>(
      `SELECT ${COLUMNS} ${MATCHES}
       AND ($4::timestamptz IS NULL OR ("createdAt", "id") < ($4, $5::uuid)) ${LATEST_FIRST} LIMIT $6`,
      [userId, apiKeyId, about, last?.createdAt ?? null, last?.id ?? null, limit],
    );
    return rows;
  });
}

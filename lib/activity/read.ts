import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { Action, Details } from "#lib/activity/record.ts";
import { pool } from "#lib/database/client.ts";
import { type From, type KeysetPage, type Place, readKeysetPage } from "#lib/paging/model/keyset-page.ts";
import { readAll } from "#lib/paging/read-page.ts";

/** A record of this version, or of an earlier one with fewer details. */
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
  /** An action, or the prefix of several: `api_key`, `account`. */
  about?: string | null;
  /** The first and the last day, `YYYY-MM-DD`, in UTC. */
  from?: string | null;
  to?: string | null;
};

/** SQL: the record belongs to the user `$1`. */
const OWNED = `"userId" = $1`;
const COLUMNS = `"id", "action", "actor"::text AS "actor", "apiKeyId", "details", "address", "userAgent", "createdAt"`;
const EXPORT_PAGE = 500;
const placeOf = ({ createdAt, id }: ActivityRecord): Place => ({ value: createdAt.toISOString(), id });

/** Lists the activity of an account and its keys, the latest first. */
export async function listActivity(
  userId: UserId,
  filter: ActivityFilter,
  size: number,
  from: From = null,
): Promise<KeysetPage<ActivityRecord>> {
  const actions = await actionsOf(userId, filter);
  return readKeysetPage(size, from, placeOf, (place, limit) => readRecords(userId, filter, actions, place, limit));
}

/** Reads all records in pages: each exactly once, whatever is recorded and pruned meanwhile. */
export async function* exportActivity(userId: UserId, filter: ActivityFilter): AsyncGenerator<ActivityRecord[]> {
  const actions = await actionsOf(userId, filter);
  yield* readAll<ActivityRecord>(EXPORT_PAGE, (last, limit) =>
    readRecords(userId, filter, actions, last ? { ...placeOf(last), towards: "later" } : null, limit),
  );
}

/**
 * Finds the recorded actions that a filter matches; null for a list without a filter. Each step of
 * the query jumps to the next action in the index, so that it doesn't read all records.
 */
async function actionsOf(userId: UserId, { apiKeyId, about }: ActivityFilter): Promise<string[] | null> {
  if (!apiKeyId && !about) return null;
  const next = (after: string) =>
    `(SELECT "action" FROM "Activity" WHERE ${OWNED} AND ($2::uuid IS NULL OR "apiKeyId" = $2)${after} ORDER BY "action" LIMIT 1)`;
  const { rows } = await pool().query<{ action: string }>(
    `WITH RECURSIVE "known" AS (
       ${next("")} UNION ALL SELECT ${next(` AND "action" > "known"."action"`)} FROM "known" WHERE "action" IS NOT NULL
     ) SELECT "action" FROM "known" WHERE "action" IS NOT NULL AND ($3::text IS NULL OR "action" = $3 OR starts_with("action", $3 || '.'))`,
    [userId, apiKeyId ?? null, about ?? null],
  );
  return rows.map(({ action }) => action);
}

/**
 * Reads records beside a place, the nearest first. Merges one index scan for each action, so that
 * each reads at most the rows of the page.
 */
async function readRecords(
  userId: UserId,
  { apiKeyId, from: first, to: last }: ActivityFilter,
  actions: string[] | null,
  from: From,
  limit: number,
): Promise<ActivityRecord[]> {
  if (actions?.length === 0) return [];
  const [beyond, order] = from?.towards === "earlier" ? [">", "ASC"] : ["<", "DESC"];
  const branches = (actions ?? [null]).map(
    (action, i) => `SELECT * FROM "Activity" WHERE ${OWNED} AND ($2::uuid IS NULL OR "apiKeyId" = $2)
      AND ($3::date IS NULL OR "createdAt" >= $3::timestamp AT TIME ZONE 'UTC')
      AND ($4::date IS NULL OR "createdAt" < ($4::date + 1)::timestamp AT TIME ZONE 'UTC')
      AND ($5::timestamptz IS NULL OR ("createdAt", "id") ${beyond} ($5, $6::uuid))
      ${action === null ? "" : `AND "action" = $${8 + i}`}`,
  );
  const { rows } = await pool().query<ActivityRecord>(
    `SELECT ${COLUMNS} FROM (${branches.join(" UNION ALL ")}) "found"
     ORDER BY "createdAt" ${order}, "id" ${order} LIMIT $7`,
    [
      userId,
      apiKeyId ?? null,
      first ?? null,
      last ?? null,
      from?.value ?? null,
      from?.id ?? null,
      limit,
      ...(actions ?? []),
    ],
  );
  return rows;
}

import type { UserId } from "#lib/accounts/model/user-id.ts";
import { pool } from "#lib/database/client.ts";
import { type From, type KeysetPage, readKeysetPage } from "#lib/paging/model/keyset-page.ts";
import { LOG_ROWS_MAX, type LogTable } from "#lib/usage/log-retention.ts";
import { ANY_FAILURE, LOGS_PAGE, type LoggedRequest } from "#lib/usage/model/log-rows.ts";
import type { LogsFilter } from "#lib/usage/model/logs-query.ts";
import { owned } from "#lib/usage/owned.ts";

/** Requests reach the table seconds after they were answered, from several processes. */
const LATE_MS = 15_000;
const CALLERS_MAX = 100;
const UNFILTERED: LogsFilter = { key: null, status: null, reason: null, route: null, caller: null };

/** SQL: the status of a failed request. Earlier versions stored only its cause. */
const STATUS = `coalesce(l."status", CASE l."cause" WHEN 'rate_limited' THEN 429 WHEN 'no_credits' THEN 403
  WHEN 'quota_exceeded' THEN 403 WHEN 'forbidden' THEN 403 ELSE 401 END)`;

/**
 * SQL: the latest rows of the account `$1` in both tables for which `where` holds, at most `limit` of
 * each. A filter looks at these rows and needs no index of its own. A reason that one of the tables
 * can't have leaves it out.
 */
function latest(where: string, order: "ASC" | "DESC", reason: string | null, limit = LOG_ROWS_MAX): string {
  const rows = (table: LogTable, reason: string, status: string) => `(
    SELECT l."requestId", ${reason} AS "reason", ${status} AS "status", l."route", l."addressPrefix", l."userAgent", l."createdAt", l."apiKeyId"
    FROM "${table}" l WHERE ${owned("l")} ${where} ORDER BY l."createdAt" ${order}, l."requestId" ${order} LIMIT ${limit})`;
  const tables = [
    ...(reason === "ok" ? [] : [rows("Refusal", `l."cause"`, STATUS)]),
    ...(reason === null || reason === "ok" ? [rows("RequestSample", "'ok'", `l."status"`)] : []),
  ];
  return `(${tables.join(" UNION ALL ")}) l`;
}

/** Lists requests with an account's keys, the latest first. */
export function listLogs(userId: UserId, filter: LogsFilter, from: From = null): Promise<KeysetPage<LoggedRequest>> {
  const placeOf = ({ createdAt, requestId }: LoggedRequest) => ({ value: createdAt.toISOString(), id: requestId });
  return readKeysetPage(LOGS_PAGE, from, placeOf, (place, limit) => {
    const isBack = place?.towards === "earlier";
    const beside = `AND (l."createdAt", l."requestId") ${isBack ? ">" : "<"} ($8::timestamptz, $9::uuid)`;
    const values = place ? [place.value, place.id] : [];
    return readLogs(userId, filter, place ? beside : "", isBack ? "ASC" : "DESC", limit, values);
  });
}

/**
 * Lists the latest requests since a time, and those shortly before it, which may have been written
 * since. So the caller knows some of them.
 */
export function listNewerLogs(userId: UserId, filter: LogsFilter, since: Date): Promise<LoggedRequest[]> {
  const after = new Date(since.getTime() - LATE_MS);
  return readLogs(userId, filter, `AND l."createdAt" > $8::timestamptz`, "DESC", LOGS_PAGE, [after]);
}

/** Finds a request of the user in Logs. Returns null if it is another user's or isn't there. */
export async function findLoggedRequest(userId: UserId, requestId: string): Promise<LoggedRequest | null> {
  const [found] = await readLogs(userId, UNFILTERED, `AND l."requestId" = $8::uuid`, "DESC", 1, [requestId]);
  return found ?? null;
}

/** Lists the latest failed requests with a key. */
export function listFailedRequests(userId: UserId, apiKeyId: string, limit: number): Promise<LoggedRequest[]> {
  return readLogs(userId, { ...UNFILTERED, key: apiKeyId, reason: ANY_FAILURE }, "", "DESC", limit);
}

/**
 * Reads rows of {@link latest} that a filter matches. `where` has its values from `$8` on. Looks up
 * the keys of the page by their ids, because a join alone is planned to read every key.
 */
async function readLogs(
  userId: UserId,
  { key, status, reason, route, caller }: LogsFilter,
  where: string,
  order: "ASC" | "DESC",
  limit: number,
  values: unknown[] = [],
): Promise<LoggedRequest[]> {
  const isFiltered = status !== null || reason !== null || route !== null || caller !== null;
  const source = latest(
    `AND ($2::uuid IS NULL OR l."apiKeyId" = $2) ${where}`,
    order,
    reason,
    isFiltered ? LOG_ROWS_MAX : limit,
  );
  const { rows } = await pool().query<LoggedRequest>(
    `WITH "page" AS MATERIALIZED (
       SELECT l.* FROM ${source}
       WHERE ($3::text IS NULL OR l."status"::text LIKE $3) AND ($4::text IS NULL OR l."reason" = $4 OR ($4 = '${ANY_FAILURE}' AND l."reason" <> 'ok'))
         AND ($5::text IS NULL OR l."route" = $5) AND ($6::text IS NULL OR l."addressPrefix" || ' ' || l."userAgent" = $6)
       ORDER BY l."createdAt" ${order}, l."requestId" ${order} LIMIT $7
     )
     SELECT l.*, k."name" AS "keyName", k."expiresAt" AS "keyExpiresAt", coalesce(k."revokedAt", k."revokesAt") AS "keyRevokedAt",
       k."deletedAt" AS "keyDeletedAt"
     FROM "page" l JOIN "ApiKey" k ON k."id" = l."apiKeyId"
     WHERE k."id" = ANY(ARRAY(SELECT DISTINCT "apiKeyId" FROM "page"))
     ORDER BY l."createdAt" ${order}, l."requestId" ${order}`,
    [userId, key, status?.replace("xx", "__") ?? null, reason, route, caller, limit, ...values],
  );
  return rows;
}

/** What an account can filter Logs by. */
export type LogsChoices = {
  keys: { id: string; name: string; prefix: string }[];
  statuses: number[];
  reasons: string[];
  routes: string[];
  callers: string[];
};

/** Finds the values that occur in the rows that Logs show. */
export async function findLogsChoices(userId: UserId): Promise<LogsChoices> {
  const { rows } = await pool().query<Omit<LogsChoices, "keys"> & { ids: string[] }>(
    `SELECT coalesce(array_agg(DISTINCT l."apiKeyId"), '{}') AS "ids", coalesce(array_agg(DISTINCT l."status"), '{}') AS "statuses",
            coalesce(array_agg(DISTINCT l."reason"), '{}') AS "reasons", coalesce(array_agg(DISTINCT l."route"), '{}') AS "routes",
            coalesce((array_agg(DISTINCT l."addressPrefix" || ' ' || l."userAgent"))[1:${CALLERS_MAX}], '{}') AS "callers"
     FROM (SELECT DISTINCT l."apiKeyId", l."status", l."reason", l."route", l."addressPrefix", l."userAgent" FROM ${latest("", "DESC", null)}) l`,
    [userId],
  );
  const { ids = [], ...found } = rows[0] ?? { ids: [], statuses: [], reasons: [], routes: [], callers: [] };
  const keys = await pool().query<LogsChoices["keys"][number]>(
    `SELECT k."id", k."name", k."prefix" FROM "ApiKey" k WHERE ${owned("k")} AND k."id" = ANY($2) ORDER BY k."name", k."id"`,
    [userId, ids],
  );
  return { ...found, keys: keys.rows };
}

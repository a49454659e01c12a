import { pool } from "#lib/database/client.ts";
import { pruneStep, removeAt, STEP_ROWS } from "#lib/database/remove-in-steps.ts";
import { type Step, walkInSteps } from "#lib/database/walk-in-steps.ts";
import { type LogTable, pastLogRows } from "#lib/usage/log-retention.ts";

const CALLERS_PER_KEY = 20;
const PAGE_KEYS = 100;
/** Few, because a step looks at every log row of a busy account. */
const PAGE_ACCOUNTS = 10;
const BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000";

type Owner = { id: string; deleted: boolean };

/**
 * Keeps the latest 20 callers of each key. For keys of deleted accounts it removes all callers and
 * leak reports, including later ones, and everything in the key's row that is about its user.
 * Returns how many rows it removed or changed.
 */
export function pruneCallers(signal?: AbortSignal): Promise<number> {
  return walkInSteps("callers", pruneCallersOfPage, signal);
}

/**
 * Keeps an account's latest 1,000 rejected requests of the last 30 days, and none of deleted
 * accounts. Returns how many rows it removed.
 */
export function pruneRejections(signal?: AbortSignal): Promise<number> {
  return walkInSteps("refusals", (after) => pruneLogOfPage("Refusal", after), signal);
}

/** Does the same for the sample of successful requests. */
export function pruneSamples(signal?: AbortSignal): Promise<number> {
  return walkInSteps("samples", (after) => pruneLogOfPage("RequestSample", after), signal);
}

async function pruneCallersOfPage(after: string[] | null): Promise<Step> {
  const { rows: keys } = await pool().query<Owner>(
    `SELECT k."id", u."deletedAt" IS NOT NULL AS "deleted" FROM "ApiKey" k JOIN "User" u ON u."id" = k."userId"
     WHERE k."id" > $1 ORDER BY k."id" LIMIT ${PAGE_KEYS}`,
    after ?? [BEFORE_ALL_IDS],
  );
  const anonymized = await anonymizeKeys(keys.flatMap(({ id, deleted }) => (deleted ? [id] : [])));
  // A caller beyond the latest 20 of a part is beyond the latest 20 of all, so each step looks at a
  // part.
  return remove(
    keys,
    after,
    "UsageCaller",
    `SELECT c.ctid FROM unnest($1::uuid[], $2::boolean[]) o("id", "deleted"), LATERAL (
       SELECT ctid FROM (
         SELECT ctid, "lastSeenAt" FROM "UsageCaller" WHERE "apiKeyId" = o."id" LIMIT ${CALLERS_PER_KEY + STEP_ROWS}
       ) "some"
       ORDER BY "lastSeenAt" DESC OFFSET CASE WHEN o."deleted" THEN 0 ELSE ${CALLERS_PER_KEY} END
     ) c LIMIT ${STEP_ROWS}`,
    anonymized,
  );
}

async function pruneLogOfPage(table: LogTable, after: string[] | null): Promise<Step> {
  const { rows: accounts } = await pool().query<Owner>(
    `SELECT "id", "deletedAt" IS NOT NULL AS "deleted" FROM "User" WHERE "id" > $1 ORDER BY "id" LIMIT ${PAGE_ACCOUNTS}`,
    after ?? [BEFORE_ALL_IDS],
  );
  return remove(accounts, after, table, pastLogRows(table));
}

/**
 * Removes the rows that the query finds for a page of owners. The walk stays at the page while rows
 * may be left.
 */
async function remove(
  owners: Owner[],
  after: string[] | null,
  table: string,
  query: string,
  changed = 0,
): Promise<Step> {
  const values = [owners.map(({ id }) => id), owners.map(({ deleted }) => deleted)];
  const removed = (await pruneStep(`${removeAt(table, query)} RETURNING 1`, values)).length;
  const last = owners.at(-1)?.id;
  const isDone = removed < STEP_ROWS;
  return {
    changed: changed + removed,
    last: last === undefined ? null : isDone ? [last] : (after ?? [BEFORE_ALL_IDS]),
  };
}

async function anonymizeKeys(ids: string[]): Promise<number> {
  if (ids.length === 0) return 0;
  // The address of a report may name the user's repository.
  for (const table of ["KeyNetwork", "LeakReport"])
    await pool().query(`DELETE FROM "${table}" WHERE "apiKeyId" = ANY($1)`, [ids]);
  const { rowCount } = await pool().query(
    `UPDATE "ApiKey" SET "name" = 'Deleted key', "note" = '', "allowedNetworks" = NULL, "lastUsedAddress" = NULL, "lastUsedAgent" = NULL
     WHERE "id" = ANY (ARRAY(
       SELECT "id" FROM "ApiKey" WHERE "id" = ANY($1)
         AND ("name" <> 'Deleted key' OR "note" <> '' OR num_nonnulls("allowedNetworks", "lastUsedAddress", "lastUsedAgent") > 0)
       ORDER BY "id" FOR NO KEY UPDATE))`,
    [ids],
  );
  return rowCount ?? 0;
}

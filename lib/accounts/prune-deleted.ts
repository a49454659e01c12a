import { pool } from "#lib/database/client.ts";
import { removeInSteps } from "#lib/database/remove-in-steps.ts";

const PAGE_ACCOUNTS = 5_000;
/** Fewer than make a cache of keys forget everything. */
const STEP_KEYS = 500;
const BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000";

/**
 * Removes what deleted accounts leave beside their ledger and activity: the names and last callers of their keys, callers and
 * rejections. Not with the deletion: what is counted later, also of those who go on calling with a key, goes as well.
 */
export async function pruneDeletedAccounts(): Promise<void> {
  for (let last: string | null = BEFORE_ALL_IDS; last; ) {
    const { rows }: { rows: { deleted: string[] | null; last: string | null }[] } = await pool().query(
      `SELECT array_agg("id") FILTER (WHERE "deletedAt" IS NOT NULL) AS "deleted", (array_agg("id" ORDER BY "id" DESC))[1] AS "last"
       FROM (SELECT "id", "deletedAt" FROM "User" WHERE "id" > $1 ORDER BY "id" LIMIT ${PAGE_ACCOUNTS}) page`,
      [last],
    );
    const deleted = rows[0]?.deleted;
    if (deleted) await removeTraces(deleted);
    last = rows[0]?.last ?? null;
  }
}

async function removeTraces(userIds: string[]): Promise<void> {
  await removeInSteps("Refusal", `SELECT ctid FROM "Refusal" WHERE "userId" = ANY($1)`, [userIds]);
  await removeInSteps(
    "UsageCaller",
    `SELECT c.ctid FROM "ApiKey" k JOIN "UsageCaller" c ON c."apiKeyId" = k."id" WHERE k."userId" = ANY($1)`,
    [userIds],
  );
  for (let changed: number | null = STEP_KEYS; changed === STEP_KEYS; )
    ({ rowCount: changed } = await pool().query(
      `UPDATE "ApiKey" SET "name" = 'Deleted key', "lastUsedAddress" = NULL, "lastUsedAgent" = NULL
       WHERE "id" = ANY (ARRAY(
         SELECT "id" FROM "ApiKey" WHERE "userId" = ANY($1)
           AND ("name" <> 'Deleted key' OR "lastUsedAddress" IS NOT NULL OR "lastUsedAgent" IS NOT NULL)
         ORDER BY "id" LIMIT ${STEP_KEYS} FOR NO KEY UPDATE))`,
      [userIds],
    ));
}

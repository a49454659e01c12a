import type pg from "pg";
import { anonymize } from "#lib/accounts/anonymize.ts";
import { type ListEntry, readEntries } from "#lib/revocations/list-file.ts";

const BATCH_ENTRIES = 1_000;

/** How many keys and accounts the list has changed, and how many it names that the backup lacks. */
export type Applied = {
  revoked: number;
  expiryMoved: number;
  disabled: number;
  enabled: number;
  deleted: number;
  absent: number;
};

/** Ends what must not be good again after a restore, because its end may be younger than the backup: sessions and password links. */
export async function endAccess(client: pg.ClientBase): Promise<void> {
  await client.query(`UPDATE "Session" SET "endedAt" = now() WHERE "endedAt" IS NULL`);
  await client.query(`DELETE FROM "PasswordLink"`);
  // The numbers of another server's transactions. Keys have got new ones from their trigger.
  await client.query(`UPDATE "User" SET "changedIn" = pg_current_xact_id()::text::bigint WHERE "changedIn" <> 0`);
}

/**
 * Brings the keys and accounts of a backup, as of `backupAt`, to what the list says last of them, with a record of each change. What is
 * for good is taken from any entry; of the rest an entry that is older than the backup says nothing that the backup doesn't.
 */
export async function applyList(client: pg.ClientBase, file: string, backupAt: string): Promise<Applied> {
  await load(client, file);
  const run = async (sql: string, values: unknown[] = []) => (await client.query(sql, values)).rowCount ?? 0;

  const newlyRevoked = `k."revokedAt" IS NULL AND w."revokedAt" IS NOT NULL`;
  const newlyDeleted = `k."deletedAt" IS NULL AND w."deletedAt" IS NOT NULL`;
  const revoked = await run(recordKeys("api_key.revoked", "revokedAt", newlyRevoked));
  await run(recordKeys("api_key.deleted", "deletedAt", newlyDeleted));
  await run(`
    UPDATE "ApiKey" k SET "revokedAt" = coalesce(k."revokedAt", w."revokedAt"), "deletedAt" = coalesce(k."deletedAt", w."deletedAt")
    FROM "word" w WHERE w."key" = k."id" AND ((${newlyRevoked}) OR (${newlyDeleted}))`);
  const expiryMoved = await run(
    `UPDATE "ApiKey" k SET "expiresAt" = w."expiresAt", "endsOnUse" = coalesce(w."endsOnUse", false)
     FROM "word" w WHERE w."key" = k."id" AND w."at" >= $1
       AND (k."expiresAt", k."endsOnUse") IS DISTINCT FROM (w."expiresAt", coalesce(w."endsOnUse", false))`,
    [backupAt],
  );

  const isNew = `w."at" >= $1 AND u."deletedAt" IS NULL AND w."deletedAt" IS NULL`;
  const newlyDisabled = `${isNew} AND u."disabledAt" IS NULL AND w."disabledAt" IS NOT NULL`;
  const newlyEnabled = `${isNew} AND u."disabledAt" IS NOT NULL AND w."disabledAt" IS NULL`;
  const disabled = await run(recordAccounts("account.disabled", `w."disabledAt"`, newlyDisabled), [backupAt]);
  const enabled = await run(recordAccounts("account.enabled", `w."at"`, newlyEnabled), [backupAt]);
  await run(
    `UPDATE "User" u SET "disabledAt" = w."disabledAt" FROM "word" w
     WHERE w."account" = u."id" AND ((${newlyDisabled}) OR (${newlyEnabled}))`,
    [backupAt],
  );
  const isGone = `u."deletedAt" IS NULL AND w."deletedAt" IS NOT NULL`;
  const deleted = await run(recordAccounts("account.deleted", `w."deletedAt"`, isGone));
  const gone = `SELECT "account" AS "id", "deletedAt" FROM "word" WHERE "account" IS NOT NULL AND "deletedAt" IS NOT NULL`;
  for (const table of ["Session", "ProviderIdentity"])
    await run(`DELETE FROM "${table}" t USING (${gone}) g WHERE t."userId" = g."id"`);
  await run(anonymize(gone));

  const { rows } = await client.query<{ absent: number }>(`
    SELECT count(*)::int AS "absent" FROM "word" w
    LEFT JOIN "ApiKey" k ON k."id" = w."key" LEFT JOIN "User" u ON u."id" = w."account" WHERE k."id" IS NULL AND u."id" IS NULL`);
  return { revoked, expiryMoved, disabled, enabled, deleted, absent: rows[0]?.absent ?? 0 };
}

/** Makes the table "word" with the last entry of each key and account. */
async function load(client: pg.ClientBase, file: string): Promise<void> {
  const columns = `"key" uuid, "account" uuid, "at" timestamptz, "revokedAt" timestamptz, "deletedAt" timestamptz,
    "expiresAt" timestamptz, "endsOnUse" boolean, "disabledAt" timestamptz`;
  await client.query(`CREATE TEMP TABLE "listed" ("place" bigserial, ${columns}) ON COMMIT DROP`);
  const names = columns.match(/"\w+"/g)?.join(", ");
  const insert = (entries: ListEntry[]) =>
    client.query(`INSERT INTO "listed" (${names}) SELECT * FROM jsonb_to_recordset($1) AS e(${columns})`, [
      JSON.stringify(entries),
    ]);
  let batch: ListEntry[] = [];
  for await (const entry of readEntries(file)) {
    if (!("key" in entry || "account" in entry)) continue;
    if (batch.push(entry) < BATCH_ENTRIES) continue;
    await insert(batch);
    batch = [];
  }
  await insert(batch);
  await client.query(`
    CREATE TEMP TABLE "word" ON COMMIT DROP AS
    SELECT DISTINCT ON ("key", "account") * FROM "listed" ORDER BY "key", "account", "place" DESC`);
  await client.query(`ANALYZE "word"`);
}

function recordKeys(action: string, time: string, where: string): string {
  return `
    INSERT INTO "Activity" ("id", "userId", "actor", "action", "apiKeyId", "details", "createdAt")
    SELECT gen_random_uuid(), k."userId", 'operator', '${action}', k."id", jsonb_build_object('name', k."name"), w."${time}"
    FROM "word" w JOIN "ApiKey" k ON k."id" = w."key" WHERE ${where}`;
}

function recordAccounts(action: string, time: string, where: string): string {
  return `
    INSERT INTO "Activity" ("id", "userId", "actor", "action", "createdAt")
    SELECT gen_random_uuid(), u."id", 'operator', '${action}', ${time}
    FROM "word" w JOIN "User" u ON u."id" = w."account" WHERE ${where}`;
}

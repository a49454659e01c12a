import type pg from "pg";
import { anonymize } from "#lib/accounts/anonymize.ts";
import { type ListEntry, readEntries } from "#lib/revocations/list-file.ts";
import { RESTRICTIONS } from "#lib/revocations/statements.ts";

const BATCH_ENTRIES = 1_000;

/**
 * Numbers of keys and accounts that the list changed. `absent`: those that the backup doesn't have.
 */
export type Applied = {
  revoked: number;
  leaked: number;
  expiryMoved: number;
  restrictionsChanged: number;
  keysDisabled: number;
  keysEnabled: number;
  disabled: number;
  enabled: number;
  deleted: number;
  absent: number;
};

/**
 * Ends all sessions and deletes all links and emails. A restore must not revive them, and they may
 * have ended after the backup. The count of unused days starts over, because uses after the backup
 * are lost.
 */
export async function endAccess(client: pg.ClientBase): Promise<void> {
  await client.query(`UPDATE "Session" SET "endedAt" = now() WHERE "endedAt" IS NULL`);
  await client.query(`DELETE FROM "PasswordLink"`);
  await client.query(`DELETE FROM "EmailLink"`);
  await client.query(`DELETE FROM "Mail"`);
  await client.query(`DELETE FROM "IdleCount"`);
  // Transaction ids of another server mean nothing here. The trigger gave keys new ones.
  await client.query(`UPDATE "User" SET "changedIn" = pg_current_xact_id()::text::bigint WHERE "changedIn" <> 0`);
}

/**
 * Changes the keys and accounts of a backup, as of `backupAt`, to their last state in the list, and
 * records each change. A permanent change is taken from any entry, the others only from entries
 * that are newer than the backup.
 */
export async function applyList(client: pg.ClientBase, file: string, backupAt: string): Promise<Applied> {
  await load(client, file);
  const run = async (sql: string, values: unknown[] = []) => (await client.query(sql, values)).rowCount ?? 0;

  const newlyRevoked = `k."revokedAt" IS NULL AND l."revokedAt" IS NOT NULL`;
  const newlyDeleted = `k."deletedAt" IS NULL AND l."deletedAt" IS NOT NULL`;
  const revoked = await run(recordKeys("api_key.revoked", `l."revokedAt"`, newlyRevoked));
  await run(recordKeys("api_key.deleted", `l."deletedAt"`, newlyDeleted));
  await run(`
    UPDATE "ApiKey" k SET "revokedAt" = coalesce(k."revokedAt", l."revokedAt"), "deletedAt" = coalesce(k."deletedAt", l."deletedAt")
    FROM "last" l WHERE l."key" = k."id" AND ((${newlyRevoked}) OR (${newlyDeleted}))`);
  const newlyLeaked = `k."leakedAt" IS NULL AND l."leakedAt" IS NOT NULL`;
  const leaked = await run(recordKeys("api_key.leaked", `l."leakedAt"`, newlyLeaked));
  // The time of revocation only moves earlier: takes the earlier one, or the only one.
  await run(`
    UPDATE "ApiKey" k SET "leakedAt" = least(k."leakedAt", l."leakedAt"), "revokesAt" = least(k."revokesAt", l."revokesAt")
    FROM "last" l WHERE l."key" = k."id" AND l."leakedAt" IS NOT NULL`);
  const expiryMoved = await run(
    `UPDATE "ApiKey" k SET "expiresAt" = l."expiresAt", "endsOnUse" = coalesce(l."endsOnUse", false),
       "loosened" = k."loosened" OR l."expiresAt" IS NULL
     FROM "last" l WHERE l."key" = k."id" AND l."at" >= $1
       AND (k."expiresAt", k."endsOnUse") IS DISTINCT FROM (l."expiresAt", coalesce(l."endsOnUse", false))`,
    [backupAt],
  );

  const isOpen = `l."at" >= $1 AND k."revokedAt" IS NULL`;
  const keyDisabled = `${isOpen} AND k."disabledAt" IS NULL AND l."disabledAt" IS NOT NULL`;
  const keyEnabled = `${isOpen} AND k."disabledAt" IS NOT NULL AND l."disabledAt" IS NULL`;
  const keysDisabled = await run(recordKeys("api_key.disabled", `l."disabledAt"`, keyDisabled), [backupAt]);
  const keysEnabled = await run(recordKeys("api_key.enabled", `l."at"`, keyEnabled), [backupAt]);
  await run(
    `UPDATE "ApiKey" k SET "disabledAt" = l."disabledAt", "loosened" = k."loosened" OR l."disabledAt" IS NULL
     FROM "last" l WHERE l."key" = k."id" AND ((${keyDisabled}) OR (${keyEnabled}))`,
    [backupAt],
  );

  const restricted = `${isOpen} AND l."restrictions" <> ${RESTRICTIONS}`;
  const restrictionsChanged = await run(
    recordKeys(
      "api_key.restrictions_changed",
      `l."at"`,
      restricted,
      `'from', ${differing(RESTRICTIONS, `l."restrictions"`)}, 'to', ${differing(`l."restrictions"`, RESTRICTIONS)}`,
    ),
    [backupAt],
  );
  await run(
    `UPDATE "ApiKey" k SET "loosened" = k."loosened" OR jsonb_strip_nulls(l."restrictions") = '{}',
       ("scopes", "allowedNetworks", "requestsPerMinute", "creditsPerMonth") = (
         SELECT array_to_string("scopes", ' '), array_to_string("allowedNetworks", ' '), "requestsPerMinute", "creditsPerMonth"
         FROM jsonb_to_record(l."restrictions")
           AS r("scopes" text[], "allowedNetworks" text[], "requestsPerMinute" int, "creditsPerMonth" int))
     FROM "last" l WHERE l."key" = k."id" AND ${restricted}`,
    [backupAt],
  );

  const isNew = `l."at" >= $1 AND u."deletedAt" IS NULL AND l."deletedAt" IS NULL`;
  const newlyDisabled = `${isNew} AND u."disabledAt" IS NULL AND l."disabledAt" IS NOT NULL`;
  const newlyEnabled = `${isNew} AND u."disabledAt" IS NOT NULL AND l."disabledAt" IS NULL`;
  const disabled = await run(recordAccounts("account.disabled", `l."disabledAt"`, newlyDisabled), [backupAt]);
  const enabled = await run(recordAccounts("account.enabled", `l."at"`, newlyEnabled), [backupAt]);
  await run(
    `UPDATE "User" u SET "disabledAt" = l."disabledAt" FROM "last" l
     WHERE l."account" = u."id" AND ((${newlyDisabled}) OR (${newlyEnabled}))`,
    [backupAt],
  );
  const newlyDeletedAccount = `u."deletedAt" IS NULL AND l."deletedAt" IS NOT NULL`;
  const deleted = await run(recordAccounts("account.deleted", `l."deletedAt"`, newlyDeletedAccount));
  const deletedAccounts = `SELECT "account" AS "id", "deletedAt" FROM "last" WHERE "account" IS NOT NULL AND "deletedAt" IS NOT NULL`;
  for (const table of ["Session", "ProviderIdentity"])
    await run(`DELETE FROM "${table}" t USING (${deletedAccounts}) d WHERE t."userId" = d."id"`);
  await run(anonymize(deletedAccounts));

  const { rows } = await client.query<{ absent: number }>(`
    SELECT count(*)::int AS "absent" FROM "last" l
    LEFT JOIN "ApiKey" k ON k."id" = l."key" LEFT JOIN "User" u ON u."id" = l."account" WHERE k."id" IS NULL AND u."id" IS NULL`);
  const keys = { revoked, leaked, expiryMoved, restrictionsChanged, keysDisabled, keysEnabled };
  return { ...keys, disabled, enabled, deleted, absent: rows[0]?.absent ?? 0 };
}

/** Creates the table "last" with the last entry of each key and account. */
async function load(client: pg.ClientBase, file: string): Promise<void> {
  const columns = `"key" uuid, "account" uuid, "at" timestamptz, "revokedAt" timestamptz,
    "leakedAt" timestamptz, "revokesAt" timestamptz, "deletedAt" timestamptz,
    "expiresAt" timestamptz, "endsOnUse" boolean, "disabledAt" timestamptz, "restrictions" jsonb`;
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
    CREATE TEMP TABLE "last" ON COMMIT DROP AS
    SELECT DISTINCT ON ("key", "account") * FROM "listed" ORDER BY "key", "account", "place" DESC`);
  await client.query(`ANALYZE "last"`);
}

/** SQL: the entries of an object that have another value in the other object. */
function differing(object: string, other: string): string {
  return `(SELECT jsonb_object_agg("name", "value") FROM jsonb_each(${object}) e("name", "value") WHERE "value" <> ${other} -> e."name")`;
}

function recordKeys(action: string, time: string, where: string, details?: string): string {
  return `
    INSERT INTO "Activity" ("id", "userId", "actor", "action", "apiKeyId", "details", "createdAt")
    SELECT gen_random_uuid(), k."userId", 'operator', '${action}', k."id", jsonb_build_object('name', k."name"${details ? `, ${details}` : ""}), ${time}
    FROM "last" l JOIN "ApiKey" k ON k."id" = l."key" WHERE ${where}`;
}

function recordAccounts(action: string, time: string, where: string): string {
  return `
    INSERT INTO "Activity" ("id", "userId", "actor", "action", "createdAt")
    SELECT gen_random_uuid(), u."id", 'operator', '${action}', ${time}
    FROM "last" l JOIN "User" u ON u."id" = l."account" WHERE ${where}`;
}

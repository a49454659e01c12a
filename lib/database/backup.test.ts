import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createDatabase, createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { createApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { closeDays } from "#lib/credits/close-days.ts";
import { pruneMovements } from "#lib/credits/prune-movements.ts";
import { backUp } from "#lib/database/backup.ts";
import { database, pool } from "#lib/database/client.ts";
import { restore } from "#lib/database/restore.ts";
import { prepareForCopy, tablesInOrder } from "#lib/database/tables.ts";

const MIGRATIONS = "prisma/migrations";
const caller = { actor: "user", address: "203.0.113.7", userAgent: "curl/8" } as const;

let directory: string;
let leave: () => Promise<void>;
let url: string;
const drops: (() => Promise<void>)[] = [];
beforeAll(async () => {
  leave = await useOwnDatabase();
  directory = await mkdtemp(path.join(tmpdir(), "goodtake-backup-"));
  url = pool().options.connectionString ?? "";
});
afterEach(() => Promise.all(drops.splice(0).map((drop) => drop())));
afterAll(async () => {
  await leave();
  await rm(directory, { recursive: true, force: true });
});

let files = 0;
const newFile = () => path.join(directory, `${++files}.gz`);

async function target(template: "template" | "template0" = "template0"): Promise<string> {
  const made = await createDatabase(template);
  drops.push(made.drop);
  return made.url;
}

async function query<T extends pg.QueryResultRow>(at: string, sql: string, values: unknown[] = []): Promise<T[]> {
  const client = new pg.Client(at);
  await client.connect();
  return client
    .query<T>(sql, values)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

/** Every row of every table, as text. */
async function everything(at: string): Promise<Record<string, string[]>> {
  const client = new pg.Client(at);
  await client.connect();
  const rows: Record<string, string[]> = {};
  for (const { name } of await tablesInOrder(client)) {
    // Transaction numbers differ between servers.
    const found = await client.query<{ row: string }>(
      `SELECT (to_jsonb(t) - 'changedIn')::text AS "row" FROM "${name}" t ORDER BY 1`,
    );
    rows[name] = found.rows.map(({ row }) => row);
  }
  await client.end();
  return rows;
}

async function writeKey(userId: UserId, name = "Key"): Promise<string> {
  const made = await createApiKey(userId, { name, environment: "production", expiry: { type: "never" } }, caller);
  if (!made.ok) throw new Error(made.error);
  return made.value.key.id;
}

test("a restored database equals the backed-up one, row by row", async () => {
  const ada = await createUser();
  for (const name of ["a\tb\\N", "\\.", "line\nbreak", '{"json"}', "émoji 🗝️", ""]) await writeKey(ada.id, name);
  await revokeApiKey(ada.id, await writeKey(ada.id), caller);
  await database().passwordLink.create({
    data: { tokenHash: Buffer.from([0, 10, 92, 255]), userId: ada.id, expiresAt: new Date() },
  });
  await database().throttle.create({
    data: { scope: "\\.\n\\.", attempts: 1, blockedUntil: new Date(), updatedAt: new Date() },
  });
  // A ledger with rolled-up days whose movements are partly removed.
  await pool().query(
    `INSERT INTO "CreditMovement" ("userId", "kind", "amount", "createdAt") SELECT $1, 'granted', 1, now() - make_interval(days => i) FROM generate_series(1, 9) i`,
    [ada.id],
  );
  await closeDays();
  await pruneMovements({ days: 7 });
  await database().$transaction([
    database().$executeRaw`SET LOCAL goodtake.pruning = 'on'`,
    database().$executeRaw`DELETE FROM "CreditMovement" WHERE "createdAt" < now() - interval '8 days'`,
  ]);
  const file = newFile();
  await backUp(url, file);
  const copy = await target();
  await restore(copy, file, MIGRATIONS);
  const restored = await everything(copy);
  expect(restored.LedgerDetail).toHaveLength(1);
  expect(restored).toEqual(await everything(url));
  expect(restored.ApiKey?.length).toBe(7);
  expect(restored.Activity?.length).toBe(8);
});

test("a backup taken while keys are created has each key with its record, and only whole pairs", async () => {
  const ada = await createUser();
  let going = true;
  const writers = Array.from({ length: 4 }, async () => {
    while (going) await writeKey(ada.id);
  });
  const taken: string[] = [];
  while (taken.length < 5) {
    await writeKey(ada.id);
    taken.push(newFile());
    await backUp(url, taken.at(-1) ?? "");
  }
  going = false;
  await Promise.all(writers);
  const total = await database().apiKey.count();
  for (const file of taken) {
    const copy = await target("template");
    await restore(copy, file, MIGRATIONS);
    const [counts] = await query<{ keys: number; pairs: number; records: number }>(
      copy,
      `SELECT count(*)::int AS "keys", count("Activity"."id")::int AS "pairs",
         (SELECT count(*)::int FROM "Activity" WHERE "action" = 'api_key.created') AS "records"
       FROM "ApiKey" LEFT JOIN "Activity" ON "apiKeyId" = "ApiKey"."id" AND "action" = 'api_key.created'`,
    );
    expect(counts?.keys).toBeGreaterThan(0);
    expect(counts?.keys).toBeLessThan(total);
    expect([counts?.pairs, counts?.records]).toEqual([counts?.keys, counts?.keys]);
  }
});

test("a database that holds a row is rejected, and stays as it was", async () => {
  await createUser();
  const file = newFile();
  await backUp(url, file);
  const copy = await target("template");
  await query(copy, `INSERT INTO "Throttle" VALUES ('x', 1, now(), now())`);
  await expect(restore(copy, file, MIGRATIONS)).rejects.toThrow(
    "The database already holds rows (table Throttle); restore into an empty one.",
  );
  expect((await everything(copy)).User).toEqual([]);
});

test("of two restores into one database, one succeeds", async () => {
  await createUser();
  const file = newFile();
  await backUp(url, file);
  const copy = await target();
  const outcomes = await Promise.allSettled([restore(copy, file, MIGRATIONS), restore(copy, file, MIGRATIONS)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await everything(copy)).toEqual(await everything(url));
});

test("a truncated, damaged or foreign file is rejected before the database is touched", async () => {
  await createUser();
  const file = newFile();
  await backUp(url, file);
  const whole = await readFile(file);
  const script = gunzipSync(whole);
  const lines = script.toString().split("\n");
  const damaged = Buffer.from(script);
  damaged[script.length - 200] = (damaged[script.length - 200] ?? 0) ^ 1;
  const copy = await target();
  for (const [bytes, words] of [
    [whole.subarray(0, whole.length - 9), "is damaged or was cut off"],
    [whole.subarray(0, 40), "is damaged or was cut off"],
    [gzipSync(lines.slice(0, -2).join("\n")), "is damaged or was cut off"],
    [gzipSync(damaged), "is damaged or was cut off"],
    [Buffer.from("CREATE TABLE x ()"), "is not a backup that this version can read"],
    [gzipSync("CREATE TABLE x ()"), "is not a backup that this version can read"],
    [Buffer.alloc(0), "is"],
  ] as const) {
    const bad = newFile();
    await writeFile(bad, bytes);
    await expect(restore(copy, bad, MIGRATIONS)).rejects.toThrow(`${bad} ${words}`);
  }
  await expect(restore(copy, "/no/such.gz", MIGRATIONS)).rejects.toThrow("/no/such.gz can't be read (ENOENT).");
  expect(await everything(copy)).toEqual({});
});

test("a backup of another version is rejected with the name of that version's migration", async () => {
  const file = newFile();
  const { lastMigration } = await backUp(url, file);
  const older = path.join(directory, "older");
  await expect(restore(await target(), file, await emptyMigrations(older))).rejects.toThrow(
    `last migration is ${lastMigration}, and this one's is 20200101000000_first`,
  );
});

async function emptyMigrations(folder: string): Promise<string> {
  await mkdir(path.join(folder, "20200101000000_first"), { recursive: true });
  await writeFile(path.join(folder, "20200101000000_first/migration.sql"), "SELECT 1");
  return folder;
}

test("the file is its owner's only, is never overwritten, and a failed backup leaves nothing", async () => {
  const file = newFile();
  await backUp(url, file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await expect(backUp(url, file)).rejects.toThrow(`${file} exists already; choose another name.`);
  const stopped = newFile();
  await expect(backUp(url, stopped, AbortSignal.abort())).rejects.toThrow();
  await expect(backUp(await target(), newFile())).rejects.toThrow("The database holds nothing yet");
  await expect(backUp(url, path.join(directory, "no/folder.gz"))).rejects.toThrow("can't be written (ENOENT).");
  expect((await readdir(directory)).filter((name) => name.includes("partial"))).toEqual([]);
  expect(await stat(stopped).catch(() => undefined)).toBeUndefined();
});

test("a server's time limits don't interrupt a copy, and its settings don't change the file", async () => {
  const client = new pg.Client({ connectionString: url, statement_timeout: 5_000, lock_timeout: 5_000 });
  await client.connect();
  await prepareForCopy(client);
  const { rows } = await client.query(
    `SELECT name FROM pg_settings WHERE setting <> '0' AND name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`,
  );
  await client.end();
  expect(rows).toEqual([]);

  const file = newFile();
  const name = new URL(url).pathname.slice(1);
  await query(url, `ALTER DATABASE ${name} SET DateStyle = 'SQL, DMY'`);
  await query(url, `ALTER DATABASE ${name} SET bytea_output = 'escape'`);
  await backUp(url, file);
  await query(url, `ALTER DATABASE ${name} RESET ALL`);
  const copy = await target();
  await restore(copy, file, MIGRATIONS);
  expect(await everything(copy)).toEqual(await everything(url));
});

import { createHash, randomUUID } from "node:crypto";
import dns from "node:dns";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDatabase } from "#e2e/support/test-database.ts";
import { checkMigrated, migrate } from "#lib/database/migrate.ts";

let url: string;
let drop: () => Promise<void>;
let directory: string;
beforeEach(async () => {
  ({ url, drop } = await createDatabase("template0"));
  directory = await mkdtemp(path.join(tmpdir(), "goodtake-migrations-"));
  await write("1_first", `CREATE TABLE first (id int); INSERT INTO first VALUES (1);`);
  await write("2_second", `CREATE FUNCTION two() RETURNS int LANGUAGE sql AS $$ SELECT 1; SELECT 2; $$;`);
});
afterEach(async () => {
  await drop();
  await rm(directory, { recursive: true, force: true });
});

async function write(name: string, sql: string): Promise<void> {
  await mkdir(path.join(directory, name), { recursive: true });
  await writeFile(path.join(directory, name, "migration.sql"), sql);
}

async function query(sql: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client(url);
  await client.connect();
  return client
    .query(sql)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

test("each migration is applied once, in the order of its name, with Prisma's columns and checksum", async () => {
  expect(await migrate(url, directory)).toEqual(["1_first", "2_second"]);
  expect(await migrate(url, directory)).toEqual([]);
  expect(await query("SELECT * FROM first")).toEqual([{ id: 1 }]);
  const [row] = await query(`SELECT * FROM "_prisma_migrations" ORDER BY "migration_name"`);
  expect(row).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    checksum: createHash("sha256").update("CREATE TABLE first (id int); INSERT INTO first VALUES (1);").digest("hex"),
    started_at: expect.any(Date),
    finished_at: expect.any(Date),
    migration_name: "1_first",
    logs: null,
    rolled_back_at: null,
    applied_steps_count: 1,
  });
});

test("ten parallel starts apply each migration once", async () => {
  const applied = await Promise.all(Array.from({ length: 10 }, () => migrate(url, directory)));
  expect(applied.flat().sort()).toEqual(["1_first", "2_second"]);
  expect(await query("SELECT count(*)::int AS rows FROM first")).toEqual([{ rows: 1 }]);
  expect(await query(`SELECT count(*)::int AS rows FROM "_prisma_migrations"`)).toEqual([{ rows: 2 }]);
});

test("a migration holds no lock outside of a transaction and ignores the limits for requests", async () => {
  await write("3_third", "SELECT pg_sleep(0.3)");
  await query(`ALTER ROLE CURRENT_USER IN DATABASE "${new URL(url).pathname.slice(1)}" SET statement_timeout = 100`);
  await write(
    "4_fourth",
    `CREATE TABLE locks AS SELECT count(*)::int AS held FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();
     CREATE TABLE session_locks AS SELECT pg_advisory_unlock(7453298385561414501) AS held`,
  );
  expect(await migrate(url, directory)).toHaveLength(4);
  expect(await query("SELECT locks.held AS locks, session_locks.held AS session FROM locks, session_locks")).toEqual([
    { locks: 1, session: false },
  ]);
});

test("a failed migration is rolled back and leaves no row; earlier ones stay, and it is applied once repaired", async () => {
  await write("3_third", "CREATE TABLE third (id int); INSERT INTO first VALUES (3); SELECT 1 / 0;");
  await expect(migrate(url, directory)).rejects.toThrow("division by zero");
  expect(await query(`SELECT to_regclass('third') AS "table"`)).toEqual([{ table: null }]);
  expect(await query("SELECT * FROM first")).toEqual([{ id: 1 }]);
  expect(await query(`SELECT "migration_name" AS name FROM "_prisma_migrations" ORDER BY 1`)).toEqual([
    { name: "1_first" },
    { name: "2_second" },
  ]);
  await write("3_third", "CREATE TABLE third (id int);");
  expect(await migrate(url, directory)).toEqual(["3_third"]);
});

test("an edited migration stops the start with a sentence, before another is applied", async () => {
  await migrate(url, directory);
  await write("1_first", "CREATE TABLE first (id bigint)");
  await write("3_third", "CREATE TABLE third (id int)");
  await expect(migrate(url, directory)).rejects.toThrow(
    "The migration 1_first was edited after it had been applied; restore its file and write a new migration instead.",
  );
  expect(await query(`SELECT to_regclass('third') AS "table"`)).toEqual([{ table: null }]);
});

test("a half-applied migration of Prisma's own tool stops the start with a sentence", async () => {
  await migrate(url, directory);
  await query(`UPDATE "_prisma_migrations" SET "finished_at" = NULL WHERE "migration_name" = '2_second'`);
  await expect(migrate(url, directory)).rejects.toThrow("The migration 2_second was left half-applied");
  await query(`UPDATE "_prisma_migrations" SET "rolled_back_at" = now() WHERE "migration_name" = '2_second'`);
  await query("DROP FUNCTION two()");
  expect(await migrate(url, directory)).toEqual(["2_second"]);
});

test("a database of a newer version stops the start with a sentence", async () => {
  await write("3_newer", "CREATE TABLE newer (id int)");
  await migrate(url, directory);
  await rm(path.join(directory, "3_newer"), { recursive: true });
  await expect(migrate(url, directory)).rejects.toThrow(
    "The database has the migration 3_newer, which this version does not know; start a version that does.",
  );
});

test("a server without a free connection is waited for", async () => {
  const role = `visitor_${randomUUID().replaceAll("-", "")}`;
  await query(`CREATE ROLE ${role} LOGIN CONNECTION LIMIT 1; GRANT ALL ON SCHEMA public TO ${role}`);
  const visitorUrl = new URL(url);
  visitorUrl.username = role;
  const only = new pg.Client(visitorUrl.href);
  await only.connect();
  await expect(checkMigrated(visitorUrl.href, directory)).rejects.toMatchObject({ code: "53300" });
  let over = false;
  const applied = migrate(visitorUrl.href, directory).finally(() => {
    over = true;
  });
  // The server rejects it once before a connection is free.
  await expect(checkMigrated(visitorUrl.href, directory)).rejects.toMatchObject({ code: "53300" });
  expect(over).toBe(false);
  await only.end();
  expect(await applied).toEqual(["1_first", "2_second"]);
  await query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
});

test("a name that can't be looked up yet is waited for, one that doesn't exist is reported at once", async () => {
  const failWith = (code: string) =>
    ((_host: string, _options: object, done: (error: Error) => void) =>
      done(Object.assign(new Error(code), { code }))) as unknown as typeof dns.lookup;
  const lookup = vi
    .spyOn(dns, "lookup")
    .mockImplementationOnce(failWith("EAI_AGAIN"))
    .mockImplementation(failWith("ENOTFOUND"));
  await expect(migrate("postgresql://database.example/goodtake", directory)).rejects.toThrow("ENOTFOUND");
  expect(lookup).toHaveBeenCalledTimes(2);
  lookup.mockRestore();
});

test("a command is told which migration is missing, and applies none", async () => {
  await expect(checkMigrated(url, directory)).rejects.toThrow("The database waits for the migration 1_first");
  await migrate(url, directory);
  await checkMigrated(url, directory);
  await write("3_third", "CREATE TABLE third (id int)");
  await expect(checkMigrated(url, directory)).rejects.toThrow("The database waits for the migration 3_third");
  expect(await query(`SELECT to_regclass('third') AS "table"`)).toEqual([{ table: null }]);
});

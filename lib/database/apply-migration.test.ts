import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { freePort } from "#e2e/support/free-port.ts";
import { isMissing } from "#e2e/support/installed.ts";
import { startPostgres } from "#e2e/support/postgres.ts";
import { startProgram } from "#e2e/support/program.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { createDatabase } from "#e2e/support/test-database.ts";
import { migrate } from "#lib/database/migrate.ts";
import { log } from "#lib/log.ts";

const INDEX = `-- migrate: no transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS "Big_number_idx" ON "Big"("number")`;
const BACKFILL = `-- migrate: no transaction
DO $$
DECLARE last integer := 0;
BEGIN
  LOOP
    SET LOCAL lock_timeout = '200ms';
    UPDATE "Big" SET "copy" = "number" WHERE "number" > last AND "number" <= last + 100 AND "copy" IS NULL;
    COMMIT;
    last := last + 100;
    EXIT WHEN last > (SELECT max("number") FROM "Big");
  END LOOP;
END $$`;

let url: string;
let drop: () => Promise<void>;
let migrations: Awaited<ReturnType<typeof temporaryDirectory>>;
/** Two sessions that are in the way. */
let first: pg.Client;
let second: pg.Client;
beforeEach(async () => {
  ({ url, drop } = await createDatabase("template0"));
  migrations = await temporaryDirectory();
  [first, second] = [await connect(url), await connect(url)];
  await write(
    "1_big",
    `CREATE TABLE "Big" ("number" INTEGER PRIMARY KEY, "copy" INTEGER); INSERT INTO "Big" SELECT generate_series(1, 1000)`,
  );
  await migrate(url, migrations.directory);
});
afterEach(async () => {
  await Promise.all([first.end(), second.end()]);
  await drop();
  await migrations.remove();
});

async function connect(to: string): Promise<pg.Client> {
  const client = new pg.Client(to);
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function write(name: string, sql: string): Promise<void> {
  await mkdir(path.join(migrations.directory, name), { recursive: true });
  await writeFile(path.join(migrations.directory, name, "migration.sql"), sql);
}

async function rowsOf(sql: string, values: unknown[] = []): Promise<pg.QueryResultRow[]> {
  return (await first.query(sql, values)).rows;
}

const indexes = () =>
  rowsOf(`SELECT relname AS name, indisvalid AS valid FROM pg_index JOIN pg_class ON oid = indexrelid
    WHERE relname LIKE 'Big_number%'`);
const builders = () =>
  rowsOf(`SELECT wait_event_type FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%CONCURRENTLY%'
    AND state = 'active' AND pid <> pg_backend_pid()`);
const untilBuilding = () =>
  vi.waitFor(async () => expect(await builders()).toEqual([{ wait_event_type: "Lock" }]), { timeout: 10_000 });

/** Holds a snapshot, as a backup does. Building an index concurrently waits for it. */
async function backUp(): Promise<void> {
  await second.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await second.query(`SELECT count(*) FROM "Big"`);
}

function startMigrating(): ChildProcess {
  const script = `const { migrate } = await import("#lib/database/migrate.ts"); await migrate(process.argv[1], process.argv[2])`;
  return spawn(process.execPath, ["--input-type=module", "-e", script, url, migrations.directory], {
    stdio: "inherit",
  });
}

test("an index that a kill -9 left half-built is dropped and rebuilt by the next start", async () => {
  await write("2_index", INDEX);
  await backUp();
  const migrating = startMigrating();
  await untilBuilding();
  migrating.kill("SIGKILL");
  await once(migrating, "exit");
  // The server notices that the client is gone.
  await vi.waitFor(async () => expect(await builders()).toEqual([]), { timeout: 5_000 });
  expect(await indexes()).toEqual([{ name: "Big_number_idx", valid: false }]);
  const migrated = migrate(url, migrations.directory);
  await untilBuilding();
  await second.query("COMMIT");
  expect(await migrated).toEqual(["2_index"]);
  expect(await indexes()).toEqual([{ name: "Big_number_idx", valid: true }]);
  expect(await migrate(url, migrations.directory)).toEqual([]);
});

test("a statement that finished when its process was killed runs once", async () => {
  await write("2_index", INDEX);
  await first.query(INDEX);
  expect(await migrate(url, migrations.directory)).toEqual(["2_index"]);
  expect(await indexes()).toEqual([{ name: "Big_number_idx", valid: true }]);
});

test("a unique index that the rows violate stops the start and leaves nothing behind", async () => {
  await first.query(`ALTER TABLE "Big" ADD COLUMN "same" INTEGER DEFAULT 1`);
  await write(
    "2_unique",
    `-- migrate: no transaction\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "Big_number_same" ON "Big"("same")`,
  );
  await expect(migrate(url, migrations.directory)).rejects.toMatchObject({ code: "23505" });
  expect(await indexes()).toEqual([]);
  expect(await rowsOf(`SELECT "migration_name" AS name FROM "_prisma_migrations"`)).toEqual([{ name: "1_big" }]);
});

test("of four parallel starts one builds the index, and the others hold no snapshot that it waits for", async () => {
  await write("2_index", INDEX);
  await write("3_column", `ALTER TABLE "Big" ADD COLUMN "third" INTEGER`);
  await backUp();
  const starts = Promise.all(Array.from({ length: 4 }, () => migrate(url, migrations.directory)));
  await untilBuilding();
  await second.query("COMMIT");
  expect((await starts).flat().sort()).toEqual(["2_index", "3_column"]);
  expect(await indexes()).toEqual([{ name: "Big_number_idx", valid: true }]);
});

test("an older version that waits for the same lock in a transaction doesn't block the build for ever", async () => {
  await write("2_index", INDEX);
  await second.query(`BEGIN; UPDATE "Big" SET "copy" = 0`);
  const migrated = migrate(url, migrations.directory);
  await untilBuilding();
  const older = await connect(url);
  await older.query("BEGIN");
  // One of the two gets the deadlock error. An older start is then started again, a build is
  // retried.
  const waits = older
    .query("SELECT pg_advisory_xact_lock(7453298385561414501)")
    .then(() => older.query("COMMIT"))
    .catch(() => older.query("ROLLBACK"));
  await vi.waitFor(
    async () =>
      expect(await rowsOf("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")).toHaveLength(1),
    { timeout: 5_000 },
  );
  await second.query("COMMIT");
  await waits;
  expect(await migrated).toEqual(["2_index"]);
  expect(await indexes()).toEqual([{ name: "Big_number_idx", valid: true }]);
  await older.end();
});

test("a backfill keeps its finished steps, waits for a locked row and continues", async () => {
  await write("2_backfill", BACKFILL);
  await second.query(`BEGIN; UPDATE "Big" SET "copy" = 0 WHERE "number" = 550`);
  const migrated = migrate(url, migrations.directory);
  await vi.waitFor(
    async () =>
      expect(
        await rowsOf(`SELECT state, (SELECT count("copy")::int FROM "Big") AS done FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'goodtake migrate'`),
      ).toEqual([{ state: "idle", done: 500 }]),
    { timeout: 5_000 },
  );
  await second.query("ROLLBACK");
  expect(await migrated).toEqual(["2_backfill"]);
  expect(await rowsOf(`SELECT count("copy")::int AS done FROM "Big"`)).toEqual([{ done: 1_000 }]);
});

test("no lock stays between two tries, and requests wait for less than a second", async () => {
  await write(
    "2_two",
    `ALTER TABLE "Other" ADD COLUMN "second" INTEGER; ALTER TABLE "Big" ADD COLUMN "second" INTEGER`,
  );
  await first.query(`CREATE TABLE "Other" ("id" INTEGER)`);
  await backUp();
  const warned = vi.spyOn(log(), "warn");
  const migrated = migrate(url, migrations.directory);
  let slowestMs = 0;
  for (const end = performance.now() + 4_000; performance.now() < end; ) {
    const start = performance.now();
    await first.query(`SELECT count(*) FROM "Other", (SELECT "number" FROM "Big" LIMIT 1) AS "one"`);
    slowestMs = Math.max(slowestMs, performance.now() - start);
  }
  expect(slowestMs).toBeGreaterThan(100);
  expect(slowestMs).toBeLessThan(1_000);
  await second.query("COMMIT");
  expect(await migrated).toEqual(["2_two"]);
  expect(warned.mock.calls).toEqual([
    [expect.objectContaining({ migration: "2_two" }), expect.stringContaining("waits for a lock")],
  ]);
});

test.skipIf(isMissing("pgbouncer"))(
  "behind a pooler a file in a transaction is applied, and one outside of one stops the start with a sentence",
  async () => {
    const [port, { hostname, pathname, searchParams }] = [await freePort(), new URL(url)];
    const settings = path.join(migrations.directory, "pgbouncer.ini");
    await writeFile(
      settings,
      `[databases]
* = host=${searchParams.get("host") ?? hostname} user=goodtake
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
ignore_startup_parameters = extra_float_digits
`,
    );
    const account = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
    const pooler = await startProgram("pgbouncer", [...account, settings], port, migrations.directory);
    const pooled = `postgresql://goodtake@127.0.0.1:${port}${pathname}`;
    await write("2_column", `ALTER TABLE "Big" ADD COLUMN "second" INTEGER`);
    expect(await migrate(pooled, migrations.directory)).toEqual(["2_column"]);
    await write("3_index", INDEX);
    await expect(migrate(pooled, migrations.directory)).rejects.toThrow(
      "The migration 3_index can't run through a pooler; start this version once with PostgreSQL's own address as DATABASE_URL.",
    );
    expect(await migrate(url, migrations.directory)).toEqual(["3_index"]);
    await pooler.stop();
  },
);

test("an endless autovacuum is canceled instead of waited for", async () => {
  const postgres = await startPostgres();
  const client = await connect(postgres.url);
  for (const setting of ["autovacuum_naptime = '1s'", "log_min_messages = 'warning'"])
    await client.query(`ALTER SYSTEM SET ${setting}`);
  await client.query("SELECT pg_reload_conf()");
  await client.query(`CREATE TABLE "Big" ("number" INTEGER, "text" TEXT)
    WITH (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1, autovacuum_vacuum_threshold = 1,
      autovacuum_vacuum_scale_factor = 0, autovacuum_analyze_threshold = 1000000)`);
  await client.query(`INSERT INTO "Big" SELECT i, repeat('x', 500) FROM generate_series(1, 20000) i`);
  await client.query(`DELETE FROM "Big" WHERE "number" % 2 = 0`);
  await vi.waitFor(
    async () =>
      expect((await client.query(`SELECT FROM pg_stat_progress_vacuum WHERE relid = '"Big"'::regclass`)).rowCount).toBe(
        1,
      ),
    { timeout: 20_000 },
  );
  await write("1_big", `ALTER TABLE "Big" ADD COLUMN "second" INTEGER`);
  expect(await migrate(postgres.url, migrations.directory)).toEqual(["1_big"]);
  await client.end();
  await postgres.remove();
}, 60_000);

import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { openClient } from "#lib/database/connection.ts";
import { log } from "#lib/log.ts";

/** Any number that no other program on the database uses for an advisory lock: "goodtake" in ASCII. */
const MIGRATION_LOCK = "7453298385561414501";

/**
 * Nobody listens, or a server that is starting up says so (SQLSTATE cannot_connect_now), or has no connection left for this moment
 * (too_many_connections), or none of the servers is a primary yet (read_only_sql_transaction), or names can't be looked up yet. A name that is not there (ENOTFOUND) is a mistake, and said at once.
 */
const NOT_YET = new Set(["ECONNREFUSED", "ENOENT", "57P03", "53300", "25006", "EAI_AGAIN"]);
const PATIENCE_MS = 10_000;

const HISTORY_TABLE = `
CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

type Migration = { name: string; sql: string; checksum: string };
type Applied = { migration_name: string; checksum: string; finished_at: Date | null };

/** The history in the database and the one in `prisma/migrations` do not fit. The message is a sentence for the operator. */
export class MigrationError extends Error {
  override name = "MigrationError";
}

/**
 * Applies what is in `prisma/migrations` and not yet in `_prisma_migrations`, one transaction a file, and returns the
 * names of what it applied. Prisma's own table, columns and checksums, so that `prisma migrate deploy` agrees.
 * Processes that start at once wait for each other, and {@link PATIENCE_MS} for a database that is starting too.
 *
 * @throws {MigrationError} if an applied migration was edited, is missing or was left half-applied.
 */
export async function migrate(url: string, directory: string): Promise<string[]> {
  const migrations = await readMigrations(directory);
  const client = await connect(url, PATIENCE_MS);
  try {
    const names: string[] = [];
    for (let name = await applyNext(client, migrations); name; name = await applyNext(client, migrations))
      names.push(name);
    return names;
  } finally {
    await client.end();
  }
}

/**
 * Applies the first migration that waits, if one does, and returns its name. Each takes the lock anew, for its transaction: a lock of
 * the session would stay behind in a pooler that gives connections away between transactions.
 */
async function applyNext(client: pg.Client, migrations: Migration[]): Promise<string | undefined> {
  await client.query("BEGIN");
  try {
    // The settings may be those of requests, and waiting for others takes as long as they do.
    await client.query("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0");
    await client.query("SELECT pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
    await client.query(HISTORY_TABLE);
    const [next] = pendingMigrations(migrations, await appliedMigrations(client));
    if (next) await apply(client, next);
    await client.query("COMMIT");
    return next?.name;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/** @throws {MigrationError} if a migration is waiting, which a server's start applies, or the histories do not fit. */
export async function checkMigrated(url: string, directory: string): Promise<void> {
  const client = await connect(url);
  try {
    const { rows } = await client.query(`SELECT to_regclass('"_prisma_migrations"') AS "table"`);
    const applied = rows[0]?.table ? await appliedMigrations(client) : [];
    const [pending] = pendingMigrations(await readMigrations(directory), applied);
    if (pending)
      throw new MigrationError(
        `The database waits for the migration ${pending.name}; start the server of this version once, which applies it.`,
      );
  } finally {
    await client.end();
  }
}

/** A server that is not there yet is waited for: it is often started in the same moment. */
async function connect(url: string, patienceMs = 0): Promise<pg.Client> {
  const end = performance.now() + patienceMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openClient(url, { application_name: "goodtake migrate" });
    } catch (error) {
      if (!NOT_YET.has((error as { code?: string }).code ?? "") || performance.now() > end) throw error;
      if (attempt === 1) log().info("The database is not ready yet and is waited for");
      await sleep(250);
    }
  }
}

export async function readMigrations(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(path.join(directory, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

async function appliedMigrations(client: pg.Client): Promise<Applied[]> {
  const { rows } = await client.query<Applied>(
    `SELECT "migration_name", "checksum", "finished_at" FROM "_prisma_migrations" WHERE "rolled_back_at" IS NULL ORDER BY "migration_name"`,
  );
  return rows;
}

function pendingMigrations(migrations: Migration[], applied: Applied[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { migration_name: name, checksum, finished_at } of applied) {
    const migration = known.get(name);
    if (!finished_at)
      throw new MigrationError(
        `The migration ${name} was left half-applied; mend the database and its row in _prisma_migrations first.`,
      );
    if (!migration)
      throw new MigrationError(
        `The database has the migration ${name}, which this version does not know; start a version that does.`,
      );
    if (migration.checksum !== checksum)
      throw new MigrationError(
        `The migration ${name} was edited after it had been applied; restore its file and write a new migration instead.`,
      );
    known.delete(name);
  }
  return [...known.values()];
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query(sql);
  await client.query(
    `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "started_at", "finished_at", "applied_steps_count")
     VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
    [randomUUID(), checksum, name],
  );
}

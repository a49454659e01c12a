import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import { OperatorError } from "#lib/operator-error.ts";

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

export type Migration = { name: string; sql: string; checksum: string };
type Applied = { migration_name: string; checksum: string; finished_at: Date | null };

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

/**
 * SQL: whether the table of migrations exists. Reads the catalog as a table, because `to_regclass`
 * may use a cache that doesn't know yet what another session just created.
 */
const HAS_HISTORY = `SELECT EXISTS (
  SELECT FROM pg_class WHERE relname = '_prisma_migrations' AND relnamespace = current_schema()::regnamespace
) AS "exists"`;

/**
 * Returns the first pending migration. Without the table all of them are pending.
 *
 * @throws {OperatorError} if an applied migration was edited, is missing or was left half-applied.
 */
export async function nextMigration(client: pg.Client, migrations: Migration[]): Promise<Migration | undefined> {
  const { rows } = await client.query<{ exists: boolean }>(HAS_HISTORY);
  const applied = rows[0]?.exists ? await appliedMigrations(client) : [];
  return pendingMigrations(migrations, applied)[0];
}

/** Records an applied migration in Prisma's columns. */
export async function recordMigration(client: pg.Client, { name, checksum }: Migration, startedAt: Date) {
  await client.query(HISTORY_TABLE);
  await client.query(
    `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "started_at", "finished_at", "applied_steps_count")
     VALUES ($1, $2, $3, $4, clock_timestamp(), 1)`,
    [randomUUID(), checksum, name, startedAt],
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
      throw new OperatorError(
        `The migration ${name} was left half-applied; repair the database and its row in _prisma_migrations first.`,
      );
    if (!migration)
      throw new OperatorError(
        `The database has the migration ${name}, which this version does not know; start a version that does.`,
      );
    if (migration.checksum !== checksum)
      throw new OperatorError(
        `The migration ${name} was edited after it had been applied; restore its file and write a new migration instead.`,
      );
    known.delete(name);
  }
  return [...known.values()];
}

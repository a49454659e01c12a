import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { applyMigrations } from "#lib/database/apply-migration.ts";
import { openClient } from "#lib/database/connection.ts";
import { nextMigration, readMigrations } from "#lib/database/migration-history.ts";
import { log } from "#lib/log.ts";
import { OperatorError } from "#lib/operator-error.ts";

/**
 * Codes of a database that is still starting: nothing listens yet, cannot_connect_now,
 * too_many_connections, read_only_sql_transaction (no primary yet), or name lookup is not up. A
 * name that doesn't exist (ENOTFOUND) is a mistake and reported at once.
 */
const NOT_YET = new Set(["ECONNREFUSED", "ENOENT", "57P03", "53300", "25006", "EAI_AGAIN"]);
const PATIENCE_MS = 10_000;

/**
 * Applies the migrations in `prisma/migrations` that `_prisma_migrations` doesn't have, and returns
 * their names. Waits {@link PATIENCE_MS} for a database that is still starting.
 *
 * The migrator is our own because Prisma's needs a downloaded engine and waits for locks with every
 * request behind it. It keeps Prisma's table and checksums, so that `prisma migrate deploy` agrees.
 * A file runs in one transaction that gives way to requests; one whose first line is
 * `-- migrate: no transaction` holds one statement that is safe to repeat.
 *
 * @throws {OperatorError} if an applied migration was edited, is missing or was left half-applied,
 * or a lock is never free.
 */
export async function migrate(url: string, directory: string): Promise<string[]> {
  const migrations = await readMigrations(directory);
  const client = await connect(url, PATIENCE_MS);
  try {
    return await applyMigrations(client, migrations);
  } finally {
    await client.end();
  }
}

/**
 * Checks that all migrations are applied, for commands that must not apply them.
 *
 * @throws {OperatorError} if a migration is pending or the histories don't fit.
 */
export async function checkMigrated(url: string, directory: string): Promise<void> {
  const client = await connect(url);
  try {
    const pending = await nextMigration(client, await readMigrations(directory));
    if (pending)
      throw new OperatorError(
        `The database waits for the migration ${pending.name}; start the server of this version once, which applies it.`,
      );
  } finally {
    await client.end();
  }
}

/** Connects, and waits for a server that is still starting. */
async function connect(url: string, patienceMs = 0): Promise<pg.Client> {
  const end = performance.now() + patienceMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openClient(url, { application_name: "goodtake migrate" });
    } catch (error) {
      if (!NOT_YET.has((error as { code?: string }).code ?? "") || performance.now() > end) throw error;
      if (attempt === 1) log().info("The database is not ready yet; waiting for it");
      await sleep(250);
    }
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { applyMigrations } from "#lib/database/apply-migration.ts";
import { openClient } from "#lib/database/connection.ts";
import { nextMigration, readMigrations } from "#lib/database/migration-history.ts";
import { log } from "#lib/log.ts";
import { OperatorError } from "#lib/operator-error.ts";

/**
 * Nobody listens, or a server that is starting up says so (SQLSTATE cannot_connect_now), or has no connection left for this moment
 * (too_many_connections), or none of the servers is a primary yet (read_only_sql_transaction), or names can't be looked up yet. A name
 * that is not there (ENOTFOUND) is a mistake, and said at once.
 */
const NOT_YET = new Set(["ECONNREFUSED", "ENOENT", "57P03", "53300", "25006", "EAI_AGAIN"]);
const PATIENCE_MS = 10_000;

/**
 * Applies what is in `prisma/migrations` and not yet in `_prisma_migrations`, and returns the names of what it applied. Prisma's own
 * table, columns and checksums, so that `prisma migrate deploy` agrees. A file runs in one transaction that gives way to requests while
 * it waits for a lock; one whose first line is `-- migrate: no transaction` holds one statement that is safe to repeat. Waits
 * {@link PATIENCE_MS} for a database that is starting too.
 *
 * @throws {OperatorError} if an applied migration was edited, is missing or was left half-applied, or a lock is never free.
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

/** @throws {OperatorError} if a migration is waiting, which a server's start applies, or the histories do not fit. */
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

import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { type Migration, nextMigration, recordMigration } from "#lib/database/migration-history.ts";
import { log } from "#lib/log.ts";
import { OperatorError } from "#lib/operator-error.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";

/**
 * The advisory lock of migrations: "goodtake" in ASCII, which no other program on the database
 * uses.
 */
const MIGRATION_LOCK = "7453298385561414501";

/**
 * The first line of a migration that holds one statement, safe to repeat, and runs outside of a
 * transaction.
 */
export const NO_TRANSACTION = "-- migrate: no transaction";

/**
 * How long a migration waits for a table's lock. Requests queue behind it meanwhile, so it gives
 * up, lets them pass and tries again.
 */
const LOCK_TIMEOUT_MS = 200;
/**
 * How long it waits for a lock that only vacuuming needs. PostgreSQL ends an autovacuum that is in
 * the way after deadlock_timeout (1 s).
 */
const VACUUM_LOCK_TIMEOUT_MS = 3_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;
/** How often a process looks again while another one applies migrations. */
const POLL_MS = 200;
/**
 * How long a migration is retried. A backup holds its locks for hours; a transaction open for
 * longer was forgotten.
 */
const PATIENCE_MS = 12 * HOUR_MS;
/** SQLSTATE lock_not_available and deadlock_detected. */
const BLOCKED = new Set(["55P03", "40P01"]);

type Outcome = "applied" | "nothing left" | "another is at it";

/**
 * Applies pending migrations and returns their names. Of several processes one applies at a time.
 * The others wait outside of a transaction, because building an index concurrently waits for every
 * older snapshot.
 *
 * @throws {OperatorError} if the histories don't fit, or a lock isn't free within 12 hours.
 */
export async function applyMigrations(client: pg.Client, migrations: Migration[]): Promise<string[]> {
  const names: string[] = [];
  let [retryMs, end] = [FIRST_RETRY_MS, performance.now() + PATIENCE_MS];
  for (let next = await nextMigration(client, migrations); next; next = await nextMigration(client, migrations)) {
    try {
      const apply = next.sql.startsWith(NO_TRANSACTION) ? applyAlone : applyInTransaction;
      const outcome = await apply(client, migrations, next);
      if (outcome === "another is at it") await sleep(POLL_MS);
      if (outcome === "applied") {
        names.push(next.name);
        [retryMs, end] = [FIRST_RETRY_MS, performance.now() + PATIENCE_MS];
      }
    } catch (error) {
      if (!BLOCKED.has((error as { code?: string }).code ?? "")) throw error;
      if (retryMs === FIRST_RETRY_MS) await tellWhoBlocks(client, next);
      // Processes that wait for the same lock share the retries, at random intervals.
      await sleep(retryMs * (await startsAtOnce(client)) * (0.75 + Math.random() / 2));
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
    if (performance.now() > end)
      throw new OperatorError(
        `The migration ${next.name} waited 12 hours for a lock or another start; end what holds it and start again.`,
      );
  }
  return names;
}

/**
 * Applies a file in one transaction, which also holds the lock of migrations. That works through a
 * pooler in transaction mode.
 */
async function applyInTransaction(client: pg.Client, migrations: Migration[], next: Migration): Promise<Outcome> {
  await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
  try {
    const { rows } = await client.query("SELECT pg_try_advisory_xact_lock($1) AS taken, now()", [MIGRATION_LOCK]);
    const [{ taken, now }] = rows as [{ taken: boolean; now: Date }];
    const current = taken ? await nextMigration(client, migrations) : undefined;
    if (current?.name === next.name) {
      await liftLimits(client, { local: true });
      await keepVacuumAway(client, next);
      await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
      await client.query(next.sql);
      await recordMigration(client, next, now);
    }
    await client.query("COMMIT");
    return !taken ? "another is at it" : current?.name === next.name ? "applied" : "nothing left";
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/**
 * Applies one statement that can't run in a transaction or makes its own. The session holds the
 * lock of migrations as long as the statement runs, even if this process is killed.
 */
async function applyAlone(client: pg.Client, migrations: Migration[], next: Migration): Promise<Outcome> {
  await rejectPooler(client, next);
  const { rows } = await client.query("SELECT pg_try_advisory_lock($1) AS taken, now()", [MIGRATION_LOCK]);
  const [{ taken, now }] = rows as [{ taken: boolean; now: Date }];
  if (!taken) return "another is at it";
  try {
    if ((await nextMigration(client, migrations))?.name !== next.name) return "nothing left";
    await liftLimits(client, { local: false });
    await dropInvalidIndex(client, next);
    await client.query(next.sql);
    await recordMigration(client, next, now);
    return "applied";
  } catch (error) {
    await dropInvalidIndex(client, next).catch(() => {});
    throw error;
  } finally {
    await client.query("SELECT pg_advisory_unlock($1)", [MIGRATION_LOCK]).catch(() => {});
  }
}

/**
 * Lifts the limits that a server sets for requests. A migration takes as long as its table is
 * large.
 */
async function liftLimits(client: pg.Client, { local }: { local: boolean }): Promise<void> {
  await client.query(
    `SELECT set_config(name, '0', $1) FROM pg_settings WHERE name IN
       ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`,
    [local],
  );
  if (local) return;
  await client.query(`SET statement_timeout = ${PATIENCE_MS}`);
  // Ends the statement soon after this process ends. On systems without this check the server
  // finishes the statement.
  await client.query("SET client_connection_check_interval = 1000").catch(() => {});
}

/**
 * Locks the tables that a migration names against vacuuming, which blocks no request. PostgreSQL
 * ends an autovacuum only for a lock that waits longer than a migration may, and an autovacuum of a
 * large table takes hours.
 */
async function keepVacuumAway(client: pg.Client, { sql }: Migration): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT quote_ident(relname) AS "name" FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname = ANY($1) ORDER BY relname`,
    [[...sql.matchAll(/"([^"]+)"/g)].map(([, name]) => name)],
  );
  if (rows.length === 0) return;
  await client.query(`SET LOCAL lock_timeout = ${VACUUM_LOCK_TIMEOUT_MS}`);
  await client.query(`LOCK TABLE ${rows.map(({ name }) => name).join(", ")} IN SHARE UPDATE EXCLUSIVE MODE`);
}

/**
 * Rejects a pooler, which may run each statement on another connection. A pooler shows by its own
 * process id.
 *
 * @throws {OperatorError} behind a pooler.
 */
async function rejectPooler(client: pg.Client, { name }: Migration): Promise<void> {
  const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
  if (rows[0]?.pid !== (client as { processID?: unknown }).processID)
    throw new OperatorError(
      `The migration ${name} can't run through a pooler; start this version once with PostgreSQL's own address as DATABASE_URL.`,
    );
}

/**
 * Drops the invalid index that an interrupted build leaves behind. It costs writes and serves no
 * query, and IF NOT EXISTS would accept it.
 */
async function dropInvalidIndex(client: pg.Client, { sql }: Migration): Promise<void> {
  const [, name] = /^\s*CREATE (?:UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS "([^"]+)"/im.exec(sql) ?? [];
  const { rows } = await client.query<{ index: string }>(
    `SELECT quote_ident(relname) AS "index" FROM pg_index JOIN pg_class ON oid = indexrelid
     WHERE relnamespace = current_schema()::regnamespace AND relname = $1 AND NOT indisvalid`,
    [name],
  );
  for (const { index } of rows) await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${index}`);
}

async function startsAtOnce(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ starts: number }>(
    `SELECT count(*)::int AS "starts" FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = current_setting('application_name')`,
  );
  return Math.max(1, rows[0]?.starts ?? 1);
}

async function tellWhoBlocks(client: pg.Client, { name }: Migration): Promise<void> {
  const { rows } = await client.query(
    `SELECT pid, backend_type AS "type", application_name AS "application", xact_start AS "since" FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL ORDER BY xact_start LIMIT 1`,
  );
  log().warn(
    { migration: name, oldestTransaction: rows[0] },
    "A migration waits for a lock (a backup holds one) and is retried; requests go on",
  );
}

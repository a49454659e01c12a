import type pg from "pg";

export type Table = { name: string; columns: string[] };

/**
 * Lists the product's tables with their stored columns, each table after the tables that it refers
 * to.
 */
export async function tablesInOrder(client: pg.ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table & { parents: string[] }>(`
    SELECT c.relname AS "name",
      array(SELECT attname::text FROM pg_attribute
        WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum) AS "columns",
      array(SELECT DISTINCT parent.relname::text FROM pg_constraint JOIN pg_class parent ON parent.oid = confrelid
        WHERE conrelid = c.oid AND contype = 'f' AND confrelid <> conrelid) AS "parents"
    FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> '_prisma_migrations'
    ORDER BY c.relname`);
  const ordered: Table[] = [];
  let waiting = rows;
  while (waiting.length > 0) {
    const names = new Set(waiting.map(({ name }) => name));
    const ready = waiting.filter(({ parents }) => !parents.some((parent) => names.has(parent)));
    if (ready.length === 0) throw new Error(`These tables refer to each other in a circle: ${[...names].join(", ")}`);
    ordered.push(...ready.map(({ name, columns }) => ({ name, columns })));
    waiting = waiting.filter((table) => !ready.includes(table));
  }
  return ordered;
}

/** Returns the name of the last applied migration; undefined for a database without any. */
export async function lastMigration(client: pg.ClientBase): Promise<string | undefined> {
  const { rows: found } = await client.query(`SELECT to_regclass('"_prisma_migrations"') AS "table"`);
  if (!found[0]?.table) return undefined;
  const { rows } = await client.query<{ name: string }>(`
    SELECT "migration_name" AS "name" FROM "_prisma_migrations"
    WHERE "finished_at" IS NOT NULL AND "rolled_back_at" IS NULL ORDER BY "migration_name" DESC LIMIT 1`);
  return rows[0]?.name;
}

/**
 * SQL: the id of the installation, which is the random id of its first migration. A restore carries
 * it over.
 */
export const FIRST_MIGRATION = `
  SELECT "id" FROM "_prisma_migrations"
  WHERE "finished_at" IS NOT NULL AND "rolled_back_at" IS NULL ORDER BY "migration_name" LIMIT 1`;

/**
 * Prepares a session for copying: lifts the limits that a server sets for requests, and makes the
 * text of a value independent of the server's settings.
 */
export async function prepareForCopy(client: pg.ClientBase): Promise<void> {
  await client.query(`
    SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN
      ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`);
  await client.query(`
    SET client_encoding = 'UTF8'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC';
    SET bytea_output = 'hex'; SET extra_float_digits = 1`);
}

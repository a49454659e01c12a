import { pool } from "#lib/database/client.ts";
import { inSteps } from "#lib/database/in-steps.ts";

/**
 * Rows removed in one step. It takes about 20 ms, and under 500 ms if every row comes from a slow
 * disk.
 */
export const STEP_ROWS = 1_000;

type Old = {
  table: string;
  /** The indexed column with a row's age. Steps go from the oldest row on. */
  by: string;
  /** SQL: which rows are removed. It bounds `by`, and nearly all rows within the bound match. */
  where: string;
  values?: unknown[];
};

/**
 * Deletes the rows for which `where` holds, in steps of at most {@link STEP_ROWS}, and returns
 * their number. Each step starts where the previous one ended, so that it doesn't scan deleted rows
 * that can't be vacuumed yet. A row that another transaction has locked stays until the next run.
 */
export async function removeInSteps({ table, by, where, values = [] }: Old, signal?: AbortSignal): Promise<number> {
  const step = `
    WITH "removed" AS (
      DELETE FROM "${table}" WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM "${table}" WHERE "${by}" >= $${values.length + 1} AND ${where}
        ORDER BY "${by}" LIMIT ${STEP_ROWS} FOR UPDATE SKIP LOCKED
      )) RETURNING "${by}"
    )
    SELECT count(*)::int AS "count", max("${by}")::text AS "last" FROM "removed"`;
  let all = 0;
  let from: string | null = "-infinity";
  await inSteps(async () => {
    const [removed] = await pruneStep<{ count: number; last: string | null }>(step, [...values, from]);
    all += removed?.count ?? 0;
    from = removed?.last ?? null;
    return removed?.count === STEP_ROWS;
  }, signal);
  return all;
}

/**
 * SQL: deletes the rows whose `ctid` the query finds, except rows that another transaction has
 * locked or changed.
 */
export function removeAt(table: string, query: string): string {
  return `DELETE FROM "${table}" WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM "${table}" WHERE ctid = ANY (ARRAY(${query})) FOR UPDATE SKIP LOCKED))`;
}

/**
 * Runs one statement of pruning. Only such a statement may delete from append-only tables. It
 * always reads along indexes: statistics describe the usual account, and for one with a million
 * rows a bitmap or a sort would read all of them.
 */
export async function pruneStep<Row extends object>(statement: string, values: unknown[]): Promise<Row[]> {
  const client = await pool().connect();
  try {
    await client.query(`BEGIN; SET LOCAL goodtake.pruning = 'on'; SET LOCAL enable_seqscan = off;
      SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_hashjoin = off`);
    const { rows } = await client.query<Row>(statement, values);
    await client.query("COMMIT");
    client.release();
    return rows;
  } catch (error) {
    client.release(!(await client.query("ROLLBACK").catch(() => undefined)));
    throw error;
  }
}

import { pool } from "#lib/database/client.ts";

/** A statement for everything would meet the pool's time-out on a large installation, each hour again. */
const STEP_ROWS = 5_000;

/** Deletes the rows whose places (`ctid`) the query finds, some at a time; returns their number. */
export async function removeInSteps(table: string, query: string, values: unknown[] = []): Promise<number> {
  const step = `DELETE FROM "${table}" WHERE ctid = ANY (ARRAY(${query} LIMIT ${STEP_ROWS}))`;
  let all = 0;
  for (let removed = STEP_ROWS; removed === STEP_ROWS; all += removed)
    removed = (await pool().query(step, values)).rowCount ?? 0;
  return all;
}

import { pool } from "#lib/database/client.ts";

/** Calls in this process that have a connection for their lock, and those that wait for one. */
let holding = 0;
const waiting: (() => void)[] = [];

/**
 * Runs `work` unless another instance on the same database is running it. Returns whether it ran.
 * Locks never take the last connection of the pool, without which no work could go on.
 */
export async function exclusively(lock: string, work: () => Promise<void>): Promise<boolean> {
  if (holding < pool().options.max - 1) holding += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await runLocked(lock, work);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else holding -= 1;
  }
}

/**
 * The lock belongs to a transaction that does nothing else. A killed process therefore leaves no
 * lock behind, and a pooler in transaction mode keeps the connection. The transaction holds no
 * snapshot while the work runs, so it doesn't hold up vacuuming.
 */
async function runLocked(lock: string, work: () => Promise<void>): Promise<boolean> {
  const client = await pool().connect();
  try {
    await client.query("BEGIN");
    const { rows } = await client.query<{ taken: boolean }>(
      "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken",
      [lock],
    );
    const taken = rows[0]?.taken === true;
    // The transaction is idle while the work runs. This comes after the query for the lock, whose
    // snapshot is held until the next statement.
    await client.query("SET LOCAL idle_in_transaction_session_timeout = 0");
    if (taken) await work();
    await client.query("COMMIT");
    client.release();
    return taken;
  } catch (error) {
    // The lock may still be held. If the connection can't roll back, closing it frees the lock.
    client.release(!(await client.query("ROLLBACK").catch(() => undefined)));
    throw error;
  }
}

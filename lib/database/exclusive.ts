import { pool } from "#lib/database/client.ts";

/**
 * Runs `work` unless another process is at it: of all instances on one database, one prunes at a time. Returns whether
 * it ran. The lock belongs to a transaction that does nothing else, so that a killed process leaves none behind and a pooler
 * that gives connections away between transactions keeps it. It holds no snapshot meanwhile, and so keeps nothing from vacuuming.
 */
export async function exclusively(lock: string, work: () => Promise<void>): Promise<boolean> {
  const client = await pool().connect();
  try {
    await client.query("BEGIN");
    const { rows } = await client.query<{ taken: boolean }>(
      "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken",
      [lock],
    );
    const taken = rows[0]?.taken === true;
    // It is idle for as long as the work takes. Behind the question, whose snapshot stays until the next statement.
    await client.query("SET LOCAL idle_in_transaction_session_timeout = 0");
    if (taken) await work();
    await client.query("COMMIT");
    client.release();
    return taken;
  } catch (error) {
    // The lock may still be held. Where the connection can't give it up, it goes with the connection, a moment later.
    client.release(!(await client.query("ROLLBACK").catch(() => undefined)));
    throw error;
  }
}

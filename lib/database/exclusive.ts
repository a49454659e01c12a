import { pool } from "#lib/database/client.ts";

/**
 * Runs `work` unless another process is at it: of all instances on one database, one prunes at a time. Returns whether
 * it ran. The lock belongs to a connection, so that a killed process leaves none behind.
 */
export async function exclusively(lock: string, work: () => Promise<void>): Promise<boolean> {
  const client = await pool().connect();
  try {
    const { rows } = await client.query<{ taken: boolean }>(
      "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken",
      [lock],
    );
    const taken = rows[0]?.taken === true;
    if (taken) {
      await work();
      await client.query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", [lock]);
    }
    client.release();
    return taken;
  } catch (error) {
    // The lock may still be held, and goes with the connection.
    client.release(true);
    throw error;
  }
}

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
    if (!rows[0]?.taken) return false;
    await work().finally(() => client.query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", [lock]));
    return true;
  } finally {
    client.release();
  }
}

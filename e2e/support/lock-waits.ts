import { expect } from "vitest";
import { pool } from "#lib/database/client.ts";

const LOCK_WAITS = `SELECT 1 FROM pg_stat_activity WHERE "datname" = current_database() AND "wait_event_type" = 'Lock'`;

/** Waits until this number of statements wait for locks in the test file's database. */
export const expectLockWaits = (statements: number) =>
  expect.poll(async () => (await pool().query(LOCK_WAITS)).rowCount, { timeout: 10_000 }).toBe(statements);

/** Locks a key's row until it is released. */
export async function holdKey(id: string): Promise<{ release: () => Promise<void> }> {
  const holder = await pool().connect();
  await holder.query("BEGIN");
  await holder.query(`SELECT 1 FROM "ApiKey" WHERE "id" = $1 FOR UPDATE`, [id]);
  return {
    release: async () => {
      await holder.query("COMMIT");
      holder.release();
    },
  };
}

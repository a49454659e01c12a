import { afterAll, beforeAll, expect, test } from "vitest";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import { pool } from "#lib/database/client.ts";
import { exclusively } from "#lib/database/exclusive.ts";

let dropDatabase: () => Promise<void>;
beforeAll(async () => {
  dropDatabase = await useOwnDatabase();
});
afterAll(() => dropDatabase());

test("of two parallel calls one runs", async () => {
  const started = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const first = exclusively("work", () => {
    started.resolve();
    return over.promise;
  });
  await started.promise;
  expect(await exclusively("work", async () => {})).toBe(false);
  over.resolve();
  expect(await first).toBe(true);
  expect(await exclusively("work", async () => {})).toBe(true);
});

test("work that fails leaves no lock behind", async () => {
  await expect(exclusively("work", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await exclusively("work", async () => {})).toBe(true);
});

// The connection is idle between two statements, where an unhandled error ends the process.
test("a connection that breaks during the work is an error and doesn't end the process", async () => {
  const breaks = exclusively("work", async () => {
    await pool().query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    // Waits until the holder's connection, and with it the lock, is gone.
    await expect.poll(() => exclusively("work", async () => {}), { timeout: 10_000 }).toBe(true);
  });
  await expect(breaks).rejects.toThrow();
});

test("the work may take longer than a transaction may be idle, and uses no snapshot and nothing of its connection's session", async () => {
  const idle = `SELECT "pid", "state", "backend_xmin" FROM pg_stat_activity
    WHERE "datname" = current_database() AND "state" = 'idle in transaction'`;
  const client = await pool().connect();
  await client.query("SET idle_in_transaction_session_timeout = 100");
  client.release();
  const ran = await exclusively("work", async () => {
    expect((await pool().query(idle)).rows).toEqual([expect.objectContaining({ backend_xmin: null })]);
    await pool().query("SELECT pg_sleep(0.3)");
  });
  expect(ran).toBe(true);
  const { rows } = await pool().query(
    "SELECT count(*)::int AS held FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
  );
  expect(rows).toEqual([{ held: 0 }]);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase } from "#e2e/support/test-database.ts";
import { connectDatabase, disconnectDatabase, pool } from "#lib/database/client.ts";
import { exclusively } from "#lib/database/exclusive.ts";

let drop: () => Promise<void>;
beforeAll(async () => {
  const created = await createDatabase();
  drop = created.drop;
  // What a server of all roles has of the smallest pool, beside the dashboard's part.
  connectDatabase(created.url, 2);
});
afterAll(async () => {
  await disconnectDatabase();
  await drop();
});

test("three kinds of work at the same time leave the smallest pool a connection, and each runs", async () => {
  const work = () =>
    pool()
      .query("SELECT 1")
      .then(() => {});
  const ran = await Promise.all(["pruning", "noticing", "sweeping"].map((lock) => exclusively(lock, work)));
  expect(ran).toEqual([true, true, true]);
});

test("work that fails lets the next one run", async () => {
  const fails = exclusively("pruning", () => Promise.reject(new Error("no")));
  const next = exclusively("noticing", async () => {});
  await expect(fails).rejects.toThrow("no");
  expect(await next).toBe(true);
});

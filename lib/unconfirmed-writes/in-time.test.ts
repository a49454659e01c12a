import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import { database } from "#lib/database/client.ts";
import { doubtsSettled, inTime } from "#lib/unconfirmed-writes/in-time.ts";

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

const lost = () => Promise.reject(new Error("connection terminated"));

test("what the database refuses for its content is not tried for ever", async () => {
  const undo = vi.fn(() => database().$executeRaw`SELECT 2147483647 + 1`);
  await expect(inTime(lost(), undo)).rejects.toThrow("connection terminated");
  const start = performance.now();
  await doubtsSettled(5_000);
  expect(performance.now() - start).toBeLessThan(5_000);
  expect(undo).toHaveBeenCalledTimes(1);
});

test("what a database that is away can't answer is tried until it is done", async () => {
  const undo = vi.fn(() => (undo.mock.calls.length < 3 ? lost() : database().$executeRaw`SELECT 1`));
  await expect(inTime(lost(), undo)).rejects.toThrow("connection terminated");
  await doubtsSettled(5_000);
  expect(undo).toHaveBeenCalledTimes(3);
});

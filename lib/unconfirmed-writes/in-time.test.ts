import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import { database } from "#lib/database/client.ts";
import { inTime, writesConfirmed } from "#lib/unconfirmed-writes/in-time.ts";

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

const lost = () => Promise.reject(new Error("connection terminated"));

test("a follow-up whose content the database rejects is not retried", async () => {
  const followUp = vi.fn(() => database().$executeRaw`SELECT 2147483647 + 1`);
  await expect(inTime(lost(), followUp)).rejects.toThrow("connection terminated");
  const start = performance.now();
  await writesConfirmed(5_000);
  expect(performance.now() - start).toBeLessThan(5_000);
  expect(followUp).toHaveBeenCalledTimes(1);
});

test("a follow-up is retried until the database confirms it", async () => {
  const followUp = vi.fn(() => (followUp.mock.calls.length < 3 ? lost() : database().$executeRaw`SELECT 1`));
  await expect(inTime(lost(), followUp)).rejects.toThrow("connection terminated");
  await writesConfirmed(5_000);
  expect(followUp).toHaveBeenCalledTimes(3);
});

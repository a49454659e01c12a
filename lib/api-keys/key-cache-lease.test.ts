import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import { asked, cache, createKey, keyCachePerTest } from "#e2e/support/test-key-cache.ts";
import type { CacheStatement } from "#lib/api-keys/key-cache-queries.ts";
import { LEASE_MS } from "#lib/api-keys/lease.ts";
import { queryPool } from "#lib/api-keys/verify.ts";
import { database } from "#lib/database/client.ts";

type Gate = ReturnType<typeof Promise.withResolvers<void>>;

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
keyCachePerTest();

describe("the lease", () => {
  test("is renewed while requests come: no request waits, and there are at most 13 queries a second", async () => {
    const { hash } = await createKey();
    await cache.find(hash);
    asked.mockClear();
    const end = performance.now() + 1_000;
    let waited = 0;
    while (performance.now() < end) {
      if (cache.find(hash) instanceof Promise) waited += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(asked.mock.calls.length).toBeLessThanOrEqual(13);
    // A machine that stands still for a moment may make one wait.
    expect(waited).toBeLessThanOrEqual(50);
  });

  test("is not renewed when no request comes", async () => {
    const { hash } = await createKey();
    await cache.find(hash);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    asked.mockClear();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(asked).not.toHaveBeenCalled();
    expect(cache.find(hash)).toBeInstanceOf(Promise);
  });

  test.each([
    ["a sleep that stopped the monotonic clock", LEASE_MS],
    ["a wall clock that was set back", -1],
  ])("ends with %s", async (_, jump) => {
    const { hash } = await createKey();
    await cache.find(hash);
    expect(cache.find(hash)).not.toBeInstanceOf(Promise);
    const now = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(now + (jump > 0 ? jump : -60_000));
    expect(cache.find(hash)).toBeInstanceOf(Promise);
  });

  test("that a wall clock ended doesn't revive when the clock comes back: a look-up under way is not kept", async () => {
    const [{ id, hash }, other] = [await createKey(), await createKey()];
    // All of it happens within the first lease, however slow the machine is.
    vi.spyOn(performance, "now").mockReturnValue(performance.now());
    const wall = Date.now();
    const clock = vi.spyOn(Date, "now").mockReturnValue(wall);
    await cache.find(other.hash);
    const [read, revoked, answered] = [0, 0, 0].map(() => Promise.withResolvers<void>()) as [Gate, Gate, Gate];
    asked.mockImplementation((async (statement: CacheStatement) => {
      if (statement.name === "renew-key-cache") await revoked.promise;
      const answer = await queryPool(statement);
      if (statement.name === "look-up-keys") {
        read.resolve();
        await revoked.promise;
      }
      if (statement.name === "renew-key-cache") await answered.promise;
      return answer;
    }) as never);
    const found = cache.find(hash);
    await read.promise;
    clock.mockReturnValue(wall - 5);
    const renewed = cache.find(other.hash);
    await new Promise((resolve) => setImmediate(resolve));
    clock.mockReturnValue(wall);
    await database().apiKey.update({ where: { id }, data: { revokedAt: new Date() }, select: { id: true } });
    revoked.resolve();
    expect(await found).toMatchObject({ revokedAt: null });
    answered.resolve();
    await renewed;
    expect(await cache.find(hash)).toMatchObject({ revokedAt: expect.any(Number) });
  });

  /** Makes the database take this long to answer. */
  function delayAnswers(ms: number) {
    asked.mockImplementation((async (statement: CacheStatement) => {
      await new Promise((resolve) => setTimeout(resolve, ms / 2));
      const answer = await queryPool(statement);
      await new Promise((resolve) => setTimeout(resolve, ms / 2));
      return answer;
    }) as never);
  }

  test("is renewed in time by a database that takes 90 ms to answer", async () => {
    const { hash } = await createKey();
    delayAnswers(90);
    await cache.find(hash);
    const end = performance.now() + 1_500;
    let [waited, asked] = [0, 0];
    while (performance.now() < end) {
      asked += 1;
      if (cache.find(hash) instanceof Promise) waited += 1;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    // A machine that stands still for a moment may make some wait.
    expect(waited).toBeLessThan(asked / 50);
  });

  test("that ran out before a slow answer came serves the requests that waited, without another look-up", async () => {
    const { hash } = await createKey();
    delayAnswers(180);
    await cache.find(hash);
    const end = performance.now() + 1_500;
    let waited = 0;
    while (performance.now() < end) {
      const found = cache.find(hash);
      if (found instanceof Promise) waited += 1;
      expect(await found).toMatchObject({ name: "Production App" });
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(waited).toBeGreaterThan(0);
    const naming = asked.mock.calls.map((call) => JSON.stringify(call)).filter((call) => call.includes(hash));
    expect(naming.length).toBe(1);
  });

  test("ends when the database doesn't answer, and nothing is believed then", async () => {
    const { hash } = await createKey();
    await cache.find(hash);
    asked.mockRejectedValue(new Error("connection terminated") as never);
    await vi.waitFor(
      () => {
        const found = cache.find(hash);
        if (found instanceof Promise) found.catch(() => {});
        expect(found).toBeInstanceOf(Promise);
      },
      { timeout: 1_000, interval: 5 },
    );
    await expect(cache.find(hash)).rejects.toThrow("connection terminated");
    asked.mockReset();
    expect(await cache.find(hash)).toMatchObject({ name: "Production App" });
  });
});

test("a look-up that an answer has overtaken is returned but not kept, because it may be older", async () => {
  const [{ id, hash }, other] = [await createKey(), await createKey()];
  await cache.find(other.hash);
  const read = Promise.withResolvers<void>();
  const overtaken = Promise.withResolvers<void>();
  let changed = false;
  asked.mockImplementation((async (statement: CacheStatement) => {
    const afterwards = changed;
    const answer = await queryPool(statement);
    if (statement.name === "renew-key-cache" && afterwards) setImmediate(overtaken.resolve);
    if (statement.name === "look-up-keys") {
      read.resolve();
      await overtaken.promise;
    }
    return answer;
  }) as never);
  const found = cache.find(hash);
  await read.promise;
  await database().apiKey.update({ where: { id }, data: { revokedAt: new Date() }, select: { id: true } });
  changed = true;
  expect(await found).toMatchObject({ revokedAt: null });
  asked.mockReset();
  expect(await cache.find(hash)).toMatchObject({ revokedAt: expect.any(Number) });
});

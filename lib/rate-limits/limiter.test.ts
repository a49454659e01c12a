import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { isMissing } from "#e2e/support/installed.ts";
import { startRedis, type TestRedis } from "#e2e/support/redis.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import type { Bucket } from "#lib/rate-limits/bucket.ts";
import { Limiter, type RateLimit } from "#lib/rate-limits/limiter.ts";

let redis: TestRedis;
const withoutRedis = isMissing("redis-server");
beforeAll(async () => {
  if (!withoutRedis) redis = await startRedis();
});
afterAll(() => redis?.stop());

const made: Limiter[] = [];
async function limiters(count: number, url?: string): Promise<Limiter[]> {
  const all = Array.from({ length: count }, () => new Limiter(url));
  made.push(...all);
  await Promise.all(all.map((limiter) => limiter.connect()));
  return all;
}
afterEach(() => {
  vi.useRealTimers();
  for (const limiter of made.splice(0)) limiter.close();
});

const ofAccount = (id: string, limit = 20) => ({ id, limit, policy: "free" });
const ofKey = (id: string, limit: number) => ({ id, limit, policy: "key" });
/** Counts a request with a key that has no limit. */
async function consume(limiter: Limiter, id: string, limit = 20) {
  const { exceeded, retryAfterSeconds, windows } = await limiter.consume(id, [ofAccount(id, limit)]);
  return { exceeded, retryAfterSeconds, remaining: windows[0]?.remaining, resetSeconds: windows[0]?.resetSeconds ?? 0 };
}

const passed = (all: Pick<RateLimit, "exceeded">[]) => all.filter(({ exceeded }) => !exceeded).length;

describe.each(
  [
    ["in memory", 1, () => undefined] as const,
    ["in Redis", 1, () => redis.url] as const,
    ["in Redis, for three instances", 3, () => redis.url] as const,
  ].filter(([where]) => where === "in memory" || !withoutRedis),
)("%s", (_, instances, url) => {
  test("of 100 parallel requests with 20 left, 20 pass", async () => {
    const all = await limiters(instances, url());
    const account = randomUUID();
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, i) => consume(all[i % instances] as Limiter, account)),
    );
    expect(passed(results)).toBe(20);
    expect(results.filter(({ remaining }) => remaining).length).toBe(19);
    for (const { resetSeconds } of results) {
      expect(resetSeconds).toBeGreaterThanOrEqual(58);
      expect(resetSeconds).toBeLessThanOrEqual(60);
    }
    expect((await consume(all[0] as Limiter, randomUUID())).exceeded).toBe(false);
  });

  test("of 100 parallel requests by a key with 7 left in an account with 20 left, 7 count, and 13 are left for other keys", async () => {
    const all = await limiters(instances, url());
    const [account, key] = [randomUUID(), randomUUID()];
    const buckets = [ofAccount(account), ofKey(key, 7)];
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, i) => (all[i % instances] as Limiter).consume(account, buckets)),
    );
    expect(passed(results)).toBe(7);
    const others = await Promise.all(
      Array.from({ length: 100 }, (_, i) => consume(all[i % instances] as Limiter, account)),
    );
    expect(passed(others)).toBe(13);
  });

  test("a request counts in both buckets or in neither, and its response shows both", async () => {
    const [limiter] = (await limiters(1, url())) as [Limiter];
    const [account, first, second] = [randomUUID(), randomUUID(), randomUUID()];
    const remaining = async (...buckets: Bucket[]) => {
      const { exceeded, windows } = await limiter.consume(account, buckets);
      return [exceeded, ...windows.map(({ policy, remaining }) => `${policy} ${remaining}`)];
    };
    expect(await remaining(ofAccount(account, 3), ofKey(first, 1))).toEqual([false, "free 2", "key 0"]);
    // The key's window is full, and the account's window doesn't change.
    expect(await remaining(ofAccount(account, 3), ofKey(first, 1))).toEqual([true, "free 2", "key 0"]);
    expect(await remaining(ofAccount(account, 3), ofKey(second, 9))).toEqual([false, "free 1", "key 8"]);
    expect(await remaining(ofAccount(account, 3))).toEqual([false, "free 0"]);
    // The account's window is full, and the key's window doesn't change.
    expect(await remaining(ofAccount(account, 3), ofKey(second, 9))).toEqual([true, "free 0", "key 8"]);
    // An account without a limit.
    expect(await remaining(ofKey(second, 9))).toEqual([false, "key 7"]);
    const untouched = await limiter.consume(account, [ofAccount(account, 3), ofKey(randomUUID(), 9)]);
    expect(untouched.windows[1]).toMatchObject({ remaining: 9, resetSeconds: 60 });
  });

  test("another tier says how much of the same count may pass", async () => {
    const [limiter] = (await limiters(1, url())) as [Limiter];
    const account = randomUUID();
    for (let i = 0; i < 20; i += 1) await consume(limiter, account);
    expect((await consume(limiter, account)).exceeded).toBe(true);
    expect(await consume(limiter, account, 120)).toMatchObject({ exceeded: false, remaining: 99 });
  });
});

test("a steady client just above the limit is accepted again in each window, and waiting as told is enough", async () => {
  vi.useFakeTimers();
  const [limiter] = (await limiters(1)) as [Limiter];
  const account = randomUUID();
  let rejectedInARow = 0;
  // Sends 25 requests a minute for an hour, where 20 are allowed.
  for (let i = 0; i < 25 * 60; i += 1) {
    const { exceeded, retryAfterSeconds } = await consume(limiter, account);
    rejectedInARow = exceeded ? rejectedInARow + 1 : 0;
    expect(rejectedInARow).toBeLessThanOrEqual(5);
    if (exceeded && i % 7 === 0) {
      vi.advanceTimersByTime(retryAfterSeconds * 1000);
      expect((await consume(limiter, account)).exceeded).toBe(false);
      rejectedInARow = 0;
    }
    vi.advanceTimersByTime(2_400);
  }
});

test("waiting as long as Retry-After says is enough, whichever limit is full", async () => {
  vi.useFakeTimers();
  const [limiter] = (await limiters(1)) as [Limiter];
  const [account, key, other] = [randomUUID(), randomUUID(), randomUUID()];
  const ask = (id: string, limit: number) => limiter.consume(account, [ofAccount(account, 3), ofKey(id, limit)]);
  expect(await ask(other, 9)).toMatchObject({ exceeded: false, retryAfterSeconds: 0 });
  vi.advanceTimersByTime(30_000);
  await ask(key, 1);
  // Only the key's window is full, for a whole minute. Its account's window ends earlier.
  expect(await ask(key, 1)).toMatchObject({ exceeded: true, retryAfterSeconds: 60 });
  await ask(other, 9);
  // Both windows are full now, and later only the account's.
  expect(await ask(key, 1)).toMatchObject({ exceeded: true, retryAfterSeconds: 60 });
  expect(await ask(other, 9)).toMatchObject({ exceeded: true, retryAfterSeconds: 30 });
  vi.advanceTimersByTime(30_000);
  expect(await ask(other, 9)).toMatchObject({ exceeded: false });
  expect(await ask(key, 1)).toMatchObject({ exceeded: true, retryAfterSeconds: 30 });
  vi.advanceTimersByTime(30_000);
  expect(await ask(key, 1)).toMatchObject({ exceeded: false });
});

test.skipIf(withoutRedis)(
  "a Redis Cluster, which rejects keys of different slots in a script, counts in both buckets",
  async () => {
    const { directory, remove } = await temporaryDirectory();
    const cluster = await startRedis(undefined, ["--cluster-enabled", "yes", "--dir", directory]);
    const client = new Redis(cluster.url);
    onTestFinished(async () => {
      client.disconnect();
      await cluster.stop();
      await remove();
    });
    await client.cluster("ADDSLOTSRANGE", 0, 16_383);
    await vi.waitFor(async () => expect(await client.cluster("INFO")).toContain("cluster_state:ok"), 5_000);
    const [limiter] = (await limiters(1, cluster.url)) as [Limiter];
    const [account, key] = [randomUUID(), randomUUID()];
    expect(await limiter.consume(account, [ofAccount(account), ofKey(key, 5)])).toMatchObject({
      windows: [{ remaining: 19 }, { remaining: 4 }],
    });
    expect(limiter.state).toBe("redis");
  },
);

describe.skipIf(withoutRedis)("Redis is lost in the middle", () => {
  test.each([
    ["killed", "SIGKILL"],
    ["hanging", "SIGSTOP"],
  ] as const)("%s: a local limit goes on, it is said, and Redis is used again when it is back", async (_, signal) => {
    const [limiter] = (await limiters(1, redis.url)) as [Limiter];
    const account = randomUUID();
    expect((await consume(limiter, account)).remaining).toBe(19);
    expect(limiter.state).toBe("redis");
    if (signal === "SIGKILL") await redis.stop();
    else redis.process.kill(signal);
    expect(await consume(limiter, account)).toMatchObject({ exceeded: false, remaining: 19 });
    expect(limiter.state).toBe("degraded");
    const results = await Promise.all(Array.from({ length: 100 }, () => consume(limiter, account)));
    expect(passed(results)).toBe(19);

    if (signal === "SIGKILL") await redis.restart();
    else redis.process.kill("SIGCONT");
    const fresh = randomUUID();
    await vi.waitFor(
      async () => {
        await consume(limiter, fresh);
        expect(limiter.state).toBe("redis");
      },
      { timeout: 10_000 },
    );
    expect((await consume(limiter, randomUUID())).remaining).toBe(19);
  });

  test("both limits continue locally", async () => {
    const [limiter] = (await limiters(1, redis.url)) as [Limiter];
    const [account, key] = [randomUUID(), randomUUID()];
    redis.process.kill("SIGSTOP");
    const ask = () => limiter.consume(account, [ofAccount(account), ofKey(key, 7)]);
    expect(await ask()).toMatchObject({ exceeded: false, windows: [{ remaining: 19 }, { remaining: 6 }] });
    expect(limiter.state).toBe("degraded");
    const results = await Promise.all(Array.from({ length: 100 }, ask));
    redis.process.kill("SIGCONT");
    expect(passed(results)).toBe(6);
    expect(results.at(-1)?.windows[0]?.remaining).toBe(13);
  });

  test("away from the start: requests pass, and it joins in later", async () => {
    await redis.stop();
    const [limiter] = (await limiters(1, redis.url)) as [Limiter];
    expect((await consume(limiter, randomUUID())).exceeded).toBe(false);
    expect(limiter.state).toBe("degraded");
    await redis.restart();
    await vi.waitFor(
      async () => {
        await consume(limiter, randomUUID());
        expect(limiter.state).toBe("redis");
      },
      { timeout: 10_000 },
    );
  });
});

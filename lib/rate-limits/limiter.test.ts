import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { isMissing } from "#e2e/support/installed.ts";
import { startRedis, type TestRedis } from "#e2e/support/redis.ts";
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

const passed = (all: RateLimit[]) => all.filter(({ exceeded }) => !exceeded).length;

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
      Array.from({ length: 100 }, (_, i) => (all[i % instances] as Limiter).consume(account, 20)),
    );
    expect(passed(results)).toBe(20);
    expect(results.map(({ remaining }) => remaining).filter((remaining) => remaining > 0).length).toBe(19);
    for (const { resetSeconds } of results) {
      expect(resetSeconds).toBeGreaterThanOrEqual(58);
      expect(resetSeconds).toBeLessThanOrEqual(60);
    }
    expect((await (all[0] as Limiter).consume(randomUUID(), 20)).exceeded).toBe(false);
  });

  test("another tier says how much of the same count may pass", async () => {
    const [limiter] = (await limiters(1, url())) as [Limiter];
    const account = randomUUID();
    for (let i = 0; i < 20; i += 1) await limiter.consume(account, 20);
    expect((await limiter.consume(account, 20)).exceeded).toBe(true);
    expect(await limiter.consume(account, 120)).toMatchObject({ exceeded: false, remaining: 98 });
  });
});

test("a steady client just above the limit is accepted again in each window, and waiting as told is enough", async () => {
  vi.useFakeTimers();
  const [limiter] = (await limiters(1)) as [Limiter];
  const account = randomUUID();
  let rejectedInARow = 0;
  // Sends 25 requests a minute for an hour, where 20 are allowed.
  for (let i = 0; i < 25 * 60; i += 1) {
    const { exceeded, resetSeconds } = await limiter.consume(account, 20);
    rejectedInARow = exceeded ? rejectedInARow + 1 : 0;
    expect(rejectedInARow).toBeLessThanOrEqual(5);
    if (exceeded && i % 7 === 0) {
      vi.advanceTimersByTime(resetSeconds * 1000);
      expect((await limiter.consume(account, 20)).exceeded).toBe(false);
      rejectedInARow = 0;
    }
    vi.advanceTimersByTime(2_400);
  }
});

describe.skipIf(withoutRedis)("Redis is lost in the middle", () => {
  test.each([
    ["killed", "SIGKILL"],
    ["hanging", "SIGSTOP"],
  ] as const)("%s: a local limit goes on, it is said, and Redis is used again when it is back", async (_, signal) => {
    const [limiter] = (await limiters(1, redis.url)) as [Limiter];
    const account = randomUUID();
    expect((await limiter.consume(account, 20)).remaining).toBe(19);
    expect(limiter.state).toBe("redis");
    if (signal === "SIGKILL") await redis.stop();
    else redis.process.kill(signal);
    expect(await limiter.consume(account, 20)).toMatchObject({ exceeded: false, remaining: 19 });
    expect(limiter.state).toBe("degraded");
    const results = await Promise.all(Array.from({ length: 100 }, () => limiter.consume(account, 20)));
    expect(passed(results)).toBe(19);

    if (signal === "SIGKILL") await redis.restart();
    else redis.process.kill("SIGCONT");
    const fresh = randomUUID();
    await vi.waitFor(
      async () => {
        await limiter.consume(fresh, 20);
        expect(limiter.state).toBe("redis");
      },
      { timeout: 10_000 },
    );
    expect((await limiter.consume(randomUUID(), 20)).remaining).toBe(19);
  });

  test("away from the start: requests pass, and it joins in later", async () => {
    await redis.stop();
    const [limiter] = (await limiters(1, redis.url)) as [Limiter];
    expect((await limiter.consume(randomUUID(), 20)).exceeded).toBe(false);
    expect(limiter.state).toBe("degraded");
    await redis.restart();
    await vi.waitFor(
      async () => {
        await limiter.consume(randomUUID(), 20);
        expect(limiter.state).toBe("redis");
      },
      { timeout: 10_000 },
    );
  });
});

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isMissing } from "#e2e/support/installed.ts";
import { startSentinels, type TestSentinels } from "#e2e/support/redis-sentinel.ts";
import { startTcpSwitch } from "#e2e/support/tcp-switch.ts";
import { parseSentinels, type SentinelService } from "#lib/config/addresses.ts";
import { Limiter } from "#lib/rate-limits/limiter.ts";

describe.skipIf(isMissing("redis-sentinel") || isMissing("redis-server"))("with Sentinels", () => {
  let sentinels: TestSentinels;
  let limiters: Limiter[];
  beforeEach(async () => {
    sentinels = await startSentinels();
    limiters = Array.from({ length: 3 }, () => new Limiter(sentinels.url));
    await Promise.all(limiters.map((limiter) => limiter.connect()));
  });
  afterEach(async () => {
    for (const limiter of limiters) limiter.close();
    await sentinels.stop();
  });

  const consume = (limiter: Limiter, id: string = randomUUID()) =>
    limiter.consume(id, [{ id, limit: 20, policy: "free" }]);

  /** Returns how many of 60 requests pass the limit of 20. */
  async function passed(): Promise<number> {
    const account = randomUUID();
    const all = Array.from({ length: 20 }, () => limiters.map((limiter) => consume(limiter, account)));
    return (await Promise.all(all.flat())).filter(({ exceeded }) => !exceeded).length;
  }
  const states = () => new Set(limiters.map(({ state }) => state));

  test.each([
    ["is killed", "SIGKILL"],
    ["hangs, and comes back as a replica", "SIGSTOP"],
  ] as const)("instances share the limit again by themselves after the master %s", async (_, signal) => {
    expect([states(), await passed()]).toEqual([new Set(["redis"]), 20]);
    const former = await sentinels.master();
    former.process.kill(signal);
    // Each instance counts alone while there is no master.
    expect(await passed()).toBe(60);
    expect(states()).toContain("degraded");
    await sentinels.failedOver(former);
    if (signal === "SIGSTOP") former.process.kill("SIGCONT");
    const shared = async () => {
      for (const limiter of limiters) await consume(limiter);
      expect(states()).toEqual(new Set(["redis"]));
      expect(await passed()).toBe(20);
    };
    await vi.waitFor(shared, { timeout: 8_000, interval: 100 });
  });

  test("an instance that starts while no Sentinel answers counts for itself, and joins in when one does", async () => {
    const { sentinels: known } = parseSentinels(sentinels.url) as SentinelService;
    const way = await startTcpSwitch(1);
    const late = new Limiter(`redis+sentinel://127.0.0.1:1,127.0.0.1:${way.port}/limits`);
    limiters.push(late);
    await late.connect();
    expect(await consume(late)).toMatchObject({ exceeded: false, windows: [{ remaining: 19 }] });
    expect(late.state).toBe("degraded");
    way.turnTo(known[0]?.port ?? 0);
    await vi.waitFor(() => expect(late.state).toBe("redis"), { timeout: 8_000, interval: 100 });
    late.close();
    way.close();
  });

  test("an instance finds the master although it hears of a failover while it asks a Sentinel that hangs", async () => {
    const { sentinels: known } = parseSentinels(sentinels.url) as SentinelService;
    const leader = known[0]?.port ?? 0;
    const way = await startTcpSwitch(leader);
    const asking = new Limiter(`redis+sentinel://127.0.0.1:${way.port}/limits`);
    limiters.push(asking);
    await asking.connect();
    await consume(asking);
    const hanging = createServer(() => {}).listen(0, "127.0.0.1");
    await once(hanging, "listening");
    const { port } = await sentinels.master();
    const [listener, client, master] = [new Redis(leader), new Redis(leader), new Redis(port)];
    await listener.subscribe("+failover-state-wait-promotion");
    const begun = once(listener, "message");
    await client.call("SENTINEL", "FAILOVER", "limits");
    await begun;
    way.turnTo((hanging.address() as AddressInfo).port);
    // It asks again at once, and hears of the new master within a second.
    await master.call("CLIENT", "KILL", "TYPE", "normal");
    const shared = async () => {
      await consume(asking);
      expect(asking.state).toBe("redis");
    };
    await expect.poll(() => asking.state).toBe("degraded");
    await vi.waitFor(shared, { timeout: 10_000, interval: 100 });
    for (const redis of [listener, client, master]) redis.disconnect();
    way.close();
    hanging.close();
  });
});

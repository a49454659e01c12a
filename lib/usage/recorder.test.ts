import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { listApiKeys } from "#lib/api-keys/list.ts";
import { listQuery } from "#lib/api-keys/model/schema.ts";
import { database, pool } from "#lib/database/client.ts";
import { metrics } from "#lib/metrics.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";
import type { RequestNote } from "#lib/usage/batch.ts";
import { pruneUsageAccountDays, pruneUsageDays, pruneUsageHours, pruneUsageKeyMonths } from "#lib/usage/prune.ts";
import { pruneCallers, pruneRejections, pruneSamples } from "#lib/usage/prune-traces.ts";
import { countRecentRequests } from "#lib/usage/recent.ts";
import { flushLagSeconds, flushUsage, recordRequest, startRecording, stopRecording } from "#lib/usage/recorder.ts";

let close: () => Promise<void>;
let ada: { id: UserId };
let apiKeyId: string;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createUser();
  apiKeyId = (await createKey(ada.id)).key.id;
});
afterEach(() => vi.restoreAllMocks());

const HOUR = Date.parse("2026-11-24T23:00:00Z");
const note = (change: Partial<RequestNote> = {}): RequestNote => ({
  requestId: randomUUID(),
  userId: ada.id,
  apiKeyId,
  outcome: "ok",
  authenticated: true,
  status: 200,
  at: HOUR + 1_000,
  route: "/api/v1/key",
  address: "203.0.113.7",
  agent: "curl/8",
  ...change,
});
async function hours(): Promise<[string, string, number][]> {
  const rows = await database().usageHour.findMany({
    where: { apiKeyId },
    orderBy: [{ hour: "asc" }, { outcome: "asc" }],
  });
  return rows.map(({ hour, outcome, requests }) => [hour.toISOString(), outcome, Number(requests)]);
}
const lastUsedAt = async () =>
  (await database().apiKey.findUniqueOrThrow({ where: { id: apiKeyId }, select: { lastUsedAt: true } })).lastUsedAt;

test("requests are counted by hour and day, of UTC", async () => {
  for (const at of [HOUR, HOUR + 3_599_999, HOUR + HOUR_MS]) recordRequest(note({ at }));
  recordRequest(note({ outcome: "invalid" }));
  await flushUsage();
  expect(await hours()).toEqual([
    ["2026-11-24T23:00:00.000Z", "invalid", 1],
    ["2026-11-24T23:00:00.000Z", "ok", 2],
    ["2026-11-25T00:00:00.000Z", "ok", 1],
  ]);
  const days = await database().usageDay.findMany({
    where: { apiKeyId },
    orderBy: [{ day: "asc" }, { outcome: "asc" }],
  });
  expect(days.map(({ day, outcome, requests }) => [day.toISOString().slice(0, 10), outcome, Number(requests)])).toEqual(
    [
      ["2026-11-24", "invalid", 1],
      ["2026-11-24", "ok", 2],
      ["2026-11-25", "ok", 1],
    ],
  );
});

test("the last use never moves backwards, and a rejected key was not used", async () => {
  recordRequest(note({ at: HOUR + 5_000 }));
  await flushUsage();
  recordRequest(note({ at: HOUR }));
  recordRequest(note({ at: HOUR + 9_000, outcome: "revoked", authenticated: false }));
  await flushUsage();
  expect(await lastUsedAt()).toEqual(new Date(HOUR + 5_000));
});

describe("usage is written", () => {
  const queries = async (keys: number) => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    // The keys don't exist: what is written doesn't matter here.
    const asked = vi.spyOn(pool(), "query").mockResolvedValue({ rows: [] } as never);
    await flushUsage();
    asked.mockClear();
    for (let i = 0; i < keys; i += 1) recordRequest(note({ apiKeyId: randomUUID() }));
    startRecording();
    return asked;
  };
  afterEach(async () => {
    await stopRecording();
    vi.useRealTimers();
    await flushUsage();
  });

  test("after 2 seconds", async () => {
    const asked = await queries(2_000);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked).toHaveBeenCalled();
  });

  test("after 10 seconds where many keys are used, so that the database has less to write", async () => {
    const asked = await queries(2_001);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(asked).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked).toHaveBeenCalled();
  });

  test("at once where they are so many that memory would fill up", async () => {
    const asked = await queries(30_000);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked).toHaveBeenCalled();
  });
});

describe("a batch that could not be written", () => {
  test("is kept, and written with what came later", async () => {
    recordRequest(note());
    vi.spyOn(pool(), "query").mockRejectedValueOnce(new Error("connection terminated"));
    await flushUsage();
    expect(await hours()).toEqual([]);
    expect(flushLagSeconds()).toBeGreaterThan(0);
    recordRequest(note());
    await flushUsage();
    await flushUsage();
    expect(await hours()).toEqual([["2026-11-24T23:00:00.000Z", "ok", 2]]);
    expect(flushLagSeconds()).toBe(0);
  });

  test("whose confirmation alone was lost is not counted twice", async () => {
    recordRequest(note({ outcome: "no_credits" }));
    const query = pool().query.bind(pool());
    vi.spyOn(pool(), "query").mockImplementationOnce((async (statement: never) => {
      await query(statement);
      throw new Error("connection terminated");
    }) as never);
    await flushUsage();
    await flushUsage();
    expect(await hours()).toEqual([["2026-11-24T23:00:00.000Z", "no_credits", 1]]);
    expect(await database().rejection.count({ where: { apiKeyId } })).toBe(1);
  });
});

describe("a batch that the database rejects for one row", () => {
  const LARGEST = 9_223_372_036_854_775_807n;
  /** Sets the counter of one hour to its largest value. */
  const fill = () =>
    pool().query(`INSERT INTO "UsageHour" ("apiKeyId", "hour", "outcome", "requests") VALUES ($1, $2, 'ok', $3)`, [
      apiKeyId,
      new Date(HOUR),
      LARGEST,
    ]);
  const dropped = async (rows: string) =>
    (await metrics().usageRowsDropped.get()).values.find(({ labels }) => labels.rows === rows)?.value ?? 0;

  test("loses only that row: what else the key did, what other keys did and what comes later is counted once", async () => {
    await fill();
    const others = await Promise.all(Array.from({ length: 20 }, async () => (await createKey(ada.id)).key.id));
    const before = await dropped("counts");
    for (const id of [...others, apiKeyId]) recordRequest(note({ apiKeyId: id }));
    recordRequest(note({ outcome: "rate_limited", at: HOUR + 2_000 }));
    await flushUsage();
    expect(flushLagSeconds()).toBe(0);
    recordRequest(note({ at: HOUR + HOUR_MS }));
    await flushUsage();

    expect((await hours()).slice(1)).toEqual([
      ["2026-11-24T23:00:00.000Z", "rate_limited", 1],
      ["2026-11-25T00:00:00.000Z", "ok", 1],
    ]);
    expect(await database().usageHour.count({ where: { apiKeyId: { in: others }, requests: 1 } })).toBe(20);
    expect(await database().usageDay.count({ where: { apiKeyId: { in: others }, requests: 1 } })).toBe(20);
    expect(await lastUsedAt()).toEqual(new Date(HOUR + HOUR_MS));
    const caller = await database().usageCaller.findFirstOrThrow({ where: { apiKeyId } });
    expect(caller.requests).toBe(3n);
    expect(await database().rejection.count({ where: { apiKeyId } })).toBe(1);
    expect(await dropped("counts")).toBe(before + 1);
  });

  test("is written also by a clean stop", async () => {
    await fill();
    const { key: other } = await createKey(ada.id);
    recordRequest(note());
    recordRequest(note({ apiKeyId: other.id }));
    await stopRecording();
    expect(await database().usageHour.count({ where: { apiKeyId: other.id } })).toBe(1);
    expect(flushLagSeconds()).toBe(0);
  });

  test("that loses the database while it is split is written once and in full", async () => {
    await fill();
    const others = await Promise.all(Array.from({ length: 8 }, async () => (await createKey(ada.id)).key.id));
    for (const id of [apiKeyId, ...others]) recordRequest(note({ apiKeyId: id }));
    // Each statement takes effect, but every other answer is lost.
    const query = pool().query.bind(pool());
    let sent = 0;
    vi.spyOn(pool(), "query").mockImplementation((async (statement: never) => {
      const answer = await query(statement);
      sent += 1;
      if (sent % 2 === 1) throw new Error("connection terminated");
      return answer;
    }) as never);
    await expect.poll(() => flushUsage().then(flushLagSeconds), { interval: 0, timeout: 20_000 }).toBe(0);
    vi.restoreAllMocks();
    expect(await database().usageHour.count({ where: { apiKeyId: { in: others }, requests: 1 } })).toBe(8);
    expect(await database().usageCaller.count({ where: { apiKeyId: { in: others }, requests: 1 } })).toBe(8);
  });
});

test("a flood of rejections and callers is counted in full, and kept in part", async () => {
  for (let i = 0; i < 500; i += 1)
    recordRequest(note({ outcome: "rate_limited", address: `203.0.${i % 250}.1`, agent: `agent ${i}` }));
  await flushUsage();
  expect(await hours()).toEqual([["2026-11-24T23:00:00.000Z", "rate_limited", 500]]);
  expect(await database().rejection.count({ where: { apiKeyId } })).toBe(20);
  expect(await database().usageCaller.count({ where: { apiKeyId } })).toBe(20);
});

describe("logs", () => {
  const samples = (where: object = { apiKeyId }) =>
    database().requestSample.findMany({
      where,
      orderBy: { createdAt: "asc" },
      select: { createdAt: true, status: true },
    });
  const LATER = Date.parse("2027-01-01T00:00:00Z");

  test("have at most one successful request of a key and minute, whichever process answered it", async () => {
    vi.resetModules();
    const other = await import("#lib/usage/recorder.ts");
    for (const at of [0, 1_000, 59_999, 60_000, 61_000, 120_000]) {
      recordRequest(note({ at: LATER + at, status: 204 }));
      await flushUsage();
      other.recordRequest(note({ at: LATER + at }));
      await other.flushUsage();
    }
    recordRequest(note({ at: LATER + 180_000, outcome: "error", status: 503 }));
    await flushUsage();
    expect(await samples()).toEqual(
      [0, 60_000, 120_000].map((at) => ({ createdAt: new Date(LATER + at), status: 204 })),
    );
    const [failed] = await database().rejection.findMany({ where: { apiKeyId } });
    expect(failed).toMatchObject({ cause: "error", status: 503 });
  });

  test("stay bounded in a flood, without scheduled work", async () => {
    // Keys need not exist for this.
    const keys = Array.from({ length: 60 }, () => randomUUID());
    const largest = { rejections: 0, samples: 0 };
    for (let round = 0; round < 40; round += 1) {
      for (const [i, id] of keys.entries()) {
        recordRequest(note({ apiKeyId: id, at: LATER + (10 + round) * 60_000 + i }));
        for (let j = 0; j < 20; j += 1)
          recordRequest(note({ apiKeyId: id, outcome: "invalid", at: LATER + round * 2_000 + j }));
      }
      await flushUsage();
      largest.rejections = Math.max(
        largest.rejections,
        await database().rejection.count({ where: { userId: ada.id } }),
      );
      largest.samples = Math.max(largest.samples, await database().requestSample.count({ where: { userId: ada.id } }));
    }
    // What is kept, and at most what is written until it is trimmed again.
    expect(largest.rejections).toBeLessThanOrEqual(1_000 + 1_200);
    expect(largest.samples).toBeLessThanOrEqual(1_000 + 1_000 + 60);
    const latest = await database().rejection.findFirstOrThrow({
      where: { userId: ada.id },
      orderBy: { createdAt: "desc" },
    });
    expect(latest.createdAt).toEqual(new Date(LATER + 39 * 2_000 + 19));
  }, 60_000);

  test("leave out what is too much at once, and count it for the operator", async () => {
    const left = async () =>
      (await metrics().logRowsDropped.get()).values.find(({ labels }) => labels.rows === "rejections")?.value ?? 0;
    const before = await left();
    for (let i = 0; i < 25; i += 1) recordRequest(note({ outcome: "invalid" }));
    await flushUsage();
    expect(await left()).toBe(before + 5);
  });

  test("keep 30 days, and the latest 1,000 successful requests of an account", async () => {
    const now = Date.now();
    await pool().query(
      `INSERT INTO "RequestSample" ("apiKeyId", "minute", "requestId", "userId", "status", "route", "addressPrefix", "userAgent", "createdAt")
       SELECT $2, now() - i * interval '1 minute', gen_random_uuid(), $1, 200, '/', '', '', now() - i * interval '1 minute' FROM generate_series(1, 1100) i`,
      [ada.id, apiKeyId],
    );
    await pruneSamples();
    expect(await database().requestSample.count({ where: { userId: ada.id } })).toBe(1_000);

    const bob = await createUser("Bob");
    for (const days of [29.9, 30.1])
      recordRequest(note({ userId: bob.id, outcome: "error", at: now - days * 24 * HOUR_MS }));
    await flushUsage();
    await pruneRejections();
    const kept = await database().rejection.findMany({ where: { userId: bob.id } });
    expect(kept.map(({ createdAt }) => createdAt)).toEqual([new Date(now - 29.9 * 24 * HOUR_MS)]);
  });
});

test("machines in one network are one caller with every request counted", async () => {
  for (let i = 0; i < 50; i += 1) recordRequest(note({ address: `203.0.113.${i}` }));
  recordRequest(note({ address: "198.51.100.1" }));
  await flushUsage();
  const callers = await database().usageCaller.findMany({
    where: { apiKeyId },
    orderBy: { requests: "desc" },
    select: { addressPrefix: true, requests: true },
  });
  expect(callers).toEqual([
    { addressPrefix: "203.0.113.0/24", requests: 50n },
    { addressPrefix: "198.51.100.0/24", requests: 1n },
  ]);
});

test("a user agent is shortened, can't forge a line and never holds a key", async () => {
  const secret = (await createKey(ada.id)).secret;
  recordRequest(note({ agent: `evil\nline \u202e${secret} ${"x".repeat(500)}` }));
  await flushUsage();
  const caller = await database().usageCaller.findFirstOrThrow({ where: { apiKeyId } });
  expect(caller.userAgent).toMatch(/^evil\\u000aline \\u202egt_[0-9A-Za-z]{4}… x+$/);
  expect(caller.userAgent.length).toBe(200);
});

test("two processes that write the same keys at once lose nothing", async () => {
  const keys = await Promise.all(Array.from({ length: 10 }, async () => (await createKey(ada.id)).key.id));
  vi.resetModules();
  const other = await import("#lib/usage/recorder.ts");
  for (let round = 0; round < 20; round += 1) {
    for (const id of keys) recordRequest(note({ apiKeyId: id }));
    for (const id of keys.toReversed()) other.recordRequest(note({ apiKeyId: id }));
    await Promise.all([flushUsage(), other.flushUsage()]);
  }
  const { _sum } = await database().usageHour.aggregate({
    where: { apiKeyId: { in: keys } },
    _sum: { requests: true },
  });
  expect(_sum.requests).toBe(400n);
});

test("the requests of the last 24 hours include all outcomes of the given keys and no older hour", async () => {
  const now = Date.now();
  for (const at of [now, now - 23.9 * HOUR_MS, now - 25 * HOUR_MS - 1]) recordRequest(note({ at }));
  recordRequest(note({ at: now, outcome: "rate_limited" }));
  const { key: other } = await createKey(ada.id);
  recordRequest(note({ at: now, apiKeyId: other.id }));
  await flushUsage();
  expect(await countRecentRequests(ada.id, [apiKeyId])).toEqual(new Map([[apiKeyId, 3]]));
  const { rows } = await listApiKeys(ada.id, listQuery.parse({}), new Date());
  expect(rows.map((key) => key.recentRequests)).toEqual([1, 3]);
  const byHour = rows.map((key) => key.requestsByHour);
  expect(byHour.map((hours) => hours.length)).toEqual([25, 25]);
  expect(byHour.map((hours) => hours.at(-1))).toEqual([1, 2]);
});

describe("pruning", () => {
  test("keeps hours for 90 days and days for 2 years", async () => {
    recordRequest(note({ at: HOUR }));
    await flushUsage();
    const set = (statement: string) => pool().query(`UPDATE ${statement} WHERE "apiKeyId" = $1`, [apiKeyId]);
    const kept = async () => [
      await database().usageHour.count({ where: { apiKeyId } }),
      await database().usageDay.count({ where: { apiKeyId } }),
    ];
    await set(`"UsageHour" SET "hour" = now() - interval '89 days 23 hours'`);
    await set(`"UsageDay" SET "day" = (now() AT TIME ZONE 'UTC')::date - 730`);
    await Promise.all([pruneUsageHours(), pruneUsageDays()]);
    expect(await kept()).toEqual([1, 1]);
    await set(`"UsageHour" SET "hour" = "hour" - interval '2 hours'`);
    await set(`"UsageDay" SET "day" = "day" - 1`);
    await Promise.all([pruneUsageHours(), pruneUsageDays()]);
    expect(await kept()).toEqual([0, 0]);
  });

  test("keeps the sums of days and months for 2 years, too", async () => {
    recordRequest(note({ at: HOUR }));
    await flushUsage();
    const kept = async () => [
      await database().usageAccountDay.count({ where: { userId: ada.id } }),
      await database().usageKeyMonth.count({ where: { userId: ada.id } }),
    ];
    const age = async (days: number) => {
      const today = `(now() AT TIME ZONE 'UTC')::date`;
      await pool().query(`UPDATE "UsageAccountDay" SET "day" = ${today} - ${days} WHERE "userId" = $1`, [ada.id]);
      await pool().query(
        `UPDATE "UsageKeyMonth" SET "month" = date_trunc('month', (${today} - ${days})::timestamp)::date WHERE "userId" = $1`,
        [ada.id],
      );
    };
    await age(730);
    await Promise.all([pruneUsageAccountDays(), pruneUsageKeyMonths()]);
    expect(await kept()).toEqual([1, 1]);
    await age(765);
    await Promise.all([pruneUsageAccountDays(), pruneUsageKeyMonths()]);
    expect(await kept()).toEqual([0, 0]);
  });

  test("keeps the latest 1,000 rejections of an account and the latest 20 callers of a key", async () => {
    const bob = await createUser("Bob");
    for (let i = 0; i < 60; i += 1) {
      for (let j = 0; j < 20; j += 1)
        recordRequest(note({ outcome: "expired", authenticated: false, at: HOUR + i * 1_000, agent: `agent ${i}` }));
      await flushUsage();
    }
    recordRequest(note({ outcome: "expired", userId: bob.id, at: HOUR - 1_000 }));
    await flushUsage();
    await Promise.all([pruneCallers(), pruneRejections()]);
    expect(await database().rejection.count({ where: { userId: ada.id } })).toBe(1_000);
    expect(await database().rejection.count({ where: { userId: bob.id } })).toBe(1);
    const callers = await database().usageCaller.findMany({ where: { apiKeyId }, orderBy: { lastSeenAt: "asc" } });
    expect(callers.length).toBe(20);
    expect(callers.at(0)?.userAgent).toBe("agent 40");
  });
});

import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import { givenRequestNotes, HOUR } from "#e2e/support/request-notes.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { database, pool } from "#lib/database/client.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";
import { flushLagSeconds, flushUsage, recordRequest, startRecording, stopRecording } from "#lib/usage/recorder.ts";

const { userId, apiKeyId, note, hours } = givenRequestNotes();
const lastUsedAt = async () =>
  (await database().apiKey.findUniqueOrThrow({ where: { id: apiKeyId() }, select: { lastUsedAt: true } })).lastUsedAt;

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
    where: { apiKeyId: apiKeyId() },
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
    expect(await database().rejection.count({ where: { apiKeyId: apiKeyId() } })).toBe(1);
  });
});

test("two processes that write the same keys at once lose nothing", async () => {
  const keys = await Promise.all(Array.from({ length: 10 }, async () => (await createKey(userId())).key.id));
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

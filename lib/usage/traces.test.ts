import { randomUUID } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { givenRequestNotes } from "#e2e/support/request-notes.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser } from "#e2e/support/test-database.ts";
import { database, pool } from "#lib/database/client.ts";
import { metrics } from "#lib/metrics.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";
import { pruneRejections, pruneSamples } from "#lib/usage/prune-traces.ts";
import { flushUsage, recordRequest } from "#lib/usage/recorder.ts";

const { userId, apiKeyId, note, hours } = givenRequestNotes();

test("a flood of rejections and callers is counted in full, and kept in part", async () => {
  for (let i = 0; i < 500; i += 1)
    recordRequest(note({ outcome: "rate_limited", address: `203.0.${i % 250}.1`, agent: `agent ${i}` }));
  await flushUsage();
  expect(await hours()).toEqual([["2026-11-24T23:00:00.000Z", "rate_limited", 500]]);
  expect(await database().rejection.count({ where: { apiKeyId: apiKeyId() } })).toBe(20);
  expect(await database().usageCaller.count({ where: { apiKeyId: apiKeyId() } })).toBe(20);
});

describe("logs", () => {
  const samples = (where: object = { apiKeyId: apiKeyId() }) =>
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
    const [failed] = await database().rejection.findMany({ where: { apiKeyId: apiKeyId() } });
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
        await database().rejection.count({ where: { userId: userId() } }),
      );
      largest.samples = Math.max(
        largest.samples,
        await database().requestSample.count({ where: { userId: userId() } }),
      );
    }
    // What is kept, and at most what is written until it is trimmed again.
    expect(largest.rejections).toBeLessThanOrEqual(1_000 + 1_200);
    expect(largest.samples).toBeLessThanOrEqual(1_000 + 1_000 + 60);
    const latest = await database().rejection.findFirstOrThrow({
      where: { userId: userId() },
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
      [userId(), apiKeyId()],
    );
    await pruneSamples();
    expect(await database().requestSample.count({ where: { userId: userId() } })).toBe(1_000);

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
    where: { apiKeyId: apiKeyId() },
    orderBy: { requests: "desc" },
    select: { addressPrefix: true, requests: true },
  });
  expect(callers).toEqual([
    { addressPrefix: "203.0.113.0/24", requests: 50n },
    { addressPrefix: "198.51.100.0/24", requests: 1n },
  ]);
});

test("a user agent is shortened, can't forge a line and never holds a key", async () => {
  const secret = (await createKey(userId())).secret;
  recordRequest(note({ agent: `evil\nline \u202e${secret} ${"x".repeat(500)}` }));
  await flushUsage();
  const caller = await database().usageCaller.findFirstOrThrow({ where: { apiKeyId: apiKeyId() } });
  expect(caller.userAgent).toMatch(/^evil\\u000aline \\u202egt_[0-9A-Za-z]{4}… x+$/);
  expect(caller.userAgent.length).toBe(200);
});

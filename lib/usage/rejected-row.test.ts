import { describe, expect, test, vi } from "vitest";
import { givenRequestNotes, HOUR } from "#e2e/support/request-notes.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { database, pool } from "#lib/database/client.ts";
import { metrics } from "#lib/metrics.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";
import { flushLagSeconds, flushUsage, recordRequest, stopRecording } from "#lib/usage/recorder.ts";

const { userId, apiKeyId, note, hours } = givenRequestNotes();
const lastUsedAt = async () =>
  (await database().apiKey.findUniqueOrThrow({ where: { id: apiKeyId() }, select: { lastUsedAt: true } })).lastUsedAt;

describe("a batch that the database rejects for one row", () => {
  const LARGEST = 9_223_372_036_854_775_807n;
  /** Sets the counter of one hour to its largest value. */
  const fill = () =>
    pool().query(`INSERT INTO "UsageHour" ("apiKeyId", "hour", "outcome", "requests") VALUES ($1, $2, 'ok', $3)`, [
      apiKeyId(),
      new Date(HOUR),
      LARGEST,
    ]);
  const dropped = async (rows: string) =>
    (await metrics().usageRowsDropped.get()).values.find(({ labels }) => labels.rows === rows)?.value ?? 0;

  test("loses only that row: what else the key did, what other keys did and what comes later is counted once", async () => {
    await fill();
    const others = await Promise.all(Array.from({ length: 20 }, async () => (await createKey(userId())).key.id));
    const before = await dropped("counts");
    for (const id of [...others, apiKeyId()]) recordRequest(note({ apiKeyId: id }));
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
    const caller = await database().usageCaller.findFirstOrThrow({ where: { apiKeyId: apiKeyId() } });
    expect(caller.requests).toBe(3n);
    expect(await database().rejection.count({ where: { apiKeyId: apiKeyId() } })).toBe(1);
    expect(await dropped("counts")).toBe(before + 1);
  });

  test("is written also by a clean stop", async () => {
    await fill();
    const { key: other } = await createKey(userId());
    recordRequest(note());
    recordRequest(note({ apiKeyId: other.id }));
    await stopRecording();
    expect(await database().usageHour.count({ where: { apiKeyId: other.id } })).toBe(1);
    expect(flushLagSeconds()).toBe(0);
  });

  test("that loses the database while it is split is written once and in full", async () => {
    await fill();
    const others = await Promise.all(Array.from({ length: 8 }, async () => (await createKey(userId())).key.id));
    for (const id of [apiKeyId(), ...others]) recordRequest(note({ apiKeyId: id }));
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

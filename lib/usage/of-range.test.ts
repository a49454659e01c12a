import { afterAll, beforeAll, expect, test } from "vitest";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { DAY_MS, HOUR_MS } from "#lib/time/model/duration.ts";
import { daysSince, usageOfRange } from "#lib/usage/of-range.ts";
import { flushUsage, recordRequest } from "#lib/usage/recorder.ts";

const LONG_AGO = new Date(0);
let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

test("24 hours are counted by hour, of all keys of the account or of one, and of nobody else's", async () => {
  const [ada, bob] = [await createUser("Ada"), await createUser("Bob")];
  const [first, second] = [(await createKey(ada.id)).key, (await createKey(ada.id)).key];
  const now = new Date();
  const use = (apiKeyId: string, hoursAgo: number, outcome: "ok" | "error" | "revoked") =>
    recordRequest({
      requestId: crypto.randomUUID(),
      userId: ada.id,
      apiKeyId,
      outcome,
      status: 200,
      authenticated: false,
      at: now.getTime() - hoursAgo * HOUR_MS,
      route: "/",
      address: "::1",
      agent: undefined,
    });
  use(first.id, 0, "ok");
  use(first.id, 23, "error");
  use(first.id, 24, "ok");
  await flushUsage();
  use(first.id, 0, "ok");
  use(second.id, 0, "revoked");
  await flushUsage();

  const read = async (userId: typeof ada.id, apiKeyId?: string) =>
    (await usageOfRange(userId, 1, LONG_AGO, now, apiKeyId)).slots;
  const all = await read(ada.id);
  expect(all).toHaveLength(24);
  const none = { ok: 0, limited: 0, invalid: 0, error: 0, rejected: 0 };
  const hour = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS;
  expect(all.at(-1)).toEqual({ ...none, at: new Date(hour), ok: 2, rejected: 1 });
  expect(all[0]).toEqual({ ...none, at: new Date(hour - 23 * HOUR_MS), error: 1 });
  expect((await read(ada.id, second.id)).at(-1)).toEqual({ ...none, at: new Date(hour), rejected: 1 });
  for (const others of [await read(bob.id), await read(bob.id, first.id)])
    expect(others.every((slot) => slot.ok + slot.rejected + slot.error === 0)).toBe(true);
});

test("longer ranges are counted by day, from the day of the creation on", async () => {
  const { id } = await createUser();
  const now = new Date();
  const { unit, slots } = await usageOfRange(id, 90, new Date(now.getTime() - 3 * DAY_MS), now);
  expect(unit).toBe("day");
  expect(slots.map(({ at }) => at.toISOString().slice(0, 10))).toEqual(
    [3, 2, 1, 0].map((ago) => new Date(now.getTime() - ago * DAY_MS).toISOString().slice(0, 10)),
  );
});

test.for([
  ["2026-11-26T23:59:59Z", 1],
  ["2026-11-25T23:59:59Z", 2],
  ["2026-10-28T00:00:00Z", 30],
  ["2026-10-27T00:00:00Z", 30],
  // An instance's clock may be behind the database's.
  ["2026-11-27T00:00:01Z", 1],
] as const)("a range of 30 days has %s as its start: %i days", ([since, days]) => {
  expect(daysSince(new Date(since), new Date("2026-11-26T23:59:59Z"), 30)).toBe(days);
});

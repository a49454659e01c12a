import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fill } from "#e2e/support/fill.ts";
import { expectNoMoreReads, type MeasureReads, watchReads } from "#e2e/support/statement-reads.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { activityQuery } from "#lib/activity/model/schema.ts";
import { type ActivityFilter, exportActivity, listActivity } from "#lib/activity/read.ts";
import { pool } from "#lib/database/client.ts";
import type { From } from "#lib/paging/model/keyset-page.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

let close: () => Promise<void>;
let measure: MeasureReads;
beforeAll(async () => {
  close = await useOwnDatabase();
  measure = watchReads();
});
afterAll(() => close());

const record = (userId: UserId, action: string, count: number, apiKeyId: string | null = null) =>
  fill([
    `INSERT INTO "Activity" ("id", "userId", "actor", "action", "apiKeyId", "createdAt")
     SELECT gen_random_uuid(), $1, 'user', $2, $4, date_trunc('day', now(), 'UTC') - interval '1 day' * (i / 700) FROM generate_series(0, $3::int - 1) i`,
    [userId, action, count, apiKeyId],
  ]);
const happen = (userId: UserId) =>
  pool().query(
    `INSERT INTO "Activity" ("id", "userId", "actor", "action") VALUES (gen_random_uuid(), $1, 'user', 'api_key.created')`,
    [userId],
  );
const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);

/** All pages from the first on, with something that happens after each. */
async function pagesOf(
  userId: UserId,
  filter: ActivityFilter,
  size: number,
  afterPage: () => Promise<unknown> = async () => {},
) {
  const pages = [];
  let from: From = null;
  do {
    const page = await listActivity(userId, filter, size, from);
    pages.push(page);
    from = page.after;
    await afterPage();
  } while (from);
  return pages;
}

test("activity is exported whole, each record once, also of one instant and while more happens", async () => {
  const [ada, bob] = [await createUser(), await createUser("Bob")];
  await record(ada.id, "api_key.created", 1_200);
  await record(ada.id, "account.updated", 3);
  await record(bob.id, "api_key.created", 2);
  const before = (await listActivity(ada.id, { about: "api_key" }, 2_000)).rows;
  const exported: typeof before = [];
  let pages = 0;
  for await (const rows of exportActivity(ada.id, { about: "api_key" })) {
    exported.push(...rows);
    pages += 1;
    await happen(ada.id);
  }
  expect(pages).toBe(4);
  expect(exported).toEqual(before);
  expect(exported).toHaveLength(1_200);
});

test("pages of activity have each record once, also of one instant and while more happens, and lead back", async () => {
  const { id } = await createUser();
  await record(id, "api_key.created", 100);
  await record(id, "account.renamed", 100);
  const before = (await listActivity(id, {}, 200)).rows;
  const pages = await pagesOf(id, {}, 50, () => happen(id));
  expect(ids(pages.flatMap(({ rows }) => rows))).toEqual(ids(before));
  const back = await listActivity(id, {}, 50, pages[2]?.before ?? null);
  expect(ids(back.rows)).toEqual(ids(pages[1]?.rows ?? []));
});

describe("a filter", () => {
  test("by key, action and day shows what it says, and nothing of another user", async () => {
    const [ada, bob] = [await createUser(), await createUser("Bob")];
    const [key, other] = [randomUUID(), randomUUID()];
    await record(ada.id, "api_key.created", 1, key);
    await record(ada.id, "api_key.renamed", 1_500, key);
    await record(ada.id, "api_key.renamed", 5, other);
    await record(ada.id, "account.renamed", 3);
    await record(ada.id, "later_version.action", 2, key);
    const count = async (filter: ActivityFilter, userId = ada.id) =>
      (await listActivity(userId, filter, 5_000)).rows.length;
    expect(await count({})).toBe(1_511);
    expect(await count({ about: "account" })).toBe(3);
    expect(await count({ about: "api_key" })).toBe(1_506);
    expect(await count({ about: "api_key.created" })).toBe(1);
    expect(await count({ about: "api" })).toBe(0);
    expect(await count({ apiKeyId: key })).toBe(1_503);
    expect(await count({ apiKeyId: key, about: "api_key.renamed" })).toBe(1_500);
    const day = (ago: number) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);
    expect(await count({ apiKeyId: key, about: "api_key.renamed", from: day(1), to: day(1) })).toBe(700);
    expect(await count({ from: day(2), to: day(2) })).toBe(100);
    for (const filter of [{}, { about: "api_key" }, { apiKeyId: key }]) expect(await count(filter, bob.id)).toBe(0);
  });

  test("that an address can't mean shows everything", () => {
    const nothing = { about: null, key: null, from: null, to: null, page: null };
    expect(activityQuery.parse({})).toEqual(nothing);
    expect(
      activityQuery.parse({
        about: "'; --",
        key: "x",
        from: "0000-01-01",
        to: ["2026-01-01"],
        page: "later_0000-01-01T00:00:00Z_x",
      }),
    ).toEqual(nothing);
  });
});

describe("of 100,000 records no more is read than of 300", () => {
  let small: UserId;
  let large: UserId;
  const key = { small: randomUUID(), large: randomUUID() };
  beforeAll(async () => {
    for (const [size, count] of [
      ["small", 1],
      ["large", 10],
    ] as const) {
      const { id } = await createUser();
      // Few of what a filter asks for stand among many others.
      await record(id, "api_key.renamed", 99 * count, key[size]);
      await record(id, "api_key.created", 99 * count, randomUUID());
      await record(id, "account.renamed", 100);
      await record(id, "account.signed_in", 100);
      if (size === "small") small = id;
      else large = id;
    }
  });

  const reads = (userId: UserId, filter: ActivityFilter, from: From) =>
    measure(() => listActivity(userId, filter, 50, from));
  test.each<[string, (size: "small" | "large") => ActivityFilter]>([
    ["all", () => ({})],
    ["those of the account", () => ({ about: "account" })],
    ["those of keys", () => ({ about: "api_key" })],
    ["one action", () => ({ about: "account.signed_in" })],
    ["a key", (size) => ({ apiKeyId: key[size] })],
    ["an action of a key", (size) => ({ apiKeyId: key[size], about: "api_key.renamed" })],
    ["some days", () => ({ from: "2020-01-01", to: "2090-01-01" })],
  ])("by a page of %s, by the last page, and by the start of an export", async (_, filter) => {
    expectNoMoreReads(await reads(small, filter("small"), null), await reads(large, filter("large"), null), 100);
    const end = { value: "2000-01-01T00:00:00.000Z", id: randomUUID(), towards: "earlier" } as const;
    expectNoMoreReads(await reads(small, filter("small"), end), await reads(large, filter("large"), end), 100);
    const [few, many] = await Promise.all(
      (
        [
          [small, "small"],
          [large, "large"],
        ] as const
      ).map(([id, size]) => async () => {
        for await (const _rows of exportActivity(id, filter(size))) break;
      }),
    );
    expectNoMoreReads(await measure(few as () => Promise<void>), await measure(many as () => Promise<void>), 500);
  });

  test("by a day in the middle", async () => {
    const day = new Date(Date.now() - 50 * DAY_MS).toISOString().slice(0, 10);
    expectNoMoreReads(await reads(small, {}, null), await reads(large, { from: day, to: day }, null), 100);
  });
});

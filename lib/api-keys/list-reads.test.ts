import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fill } from "#e2e/support/fill.ts";
import { expectNoMoreReads, type MeasureReads, watchReads } from "#e2e/support/statement-reads.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { listSessions } from "#lib/accounts/sessions.ts";
import { findWarnings } from "#lib/api-keys/key-health.ts";
import { exportApiKeys, listApiKeys } from "#lib/api-keys/list.ts";
import { DEFAULT_VIEW, type ListQuery } from "#lib/api-keys/model/list-view.ts";
import { pool } from "#lib/database/client.ts";

let close: () => Promise<void>;
let measure: MeasureReads;
let young: UserId;
let old: UserId;
beforeAll(async () => {
  close = await useOwnDatabase();
  measure = watchReads();
  young = (await createUser()).id;
  old = (await createUser("Bob")).id;
  await addKeys(young, 0, 300);
  await addKeys(old, 20_000, 300);
});
afterAll(() => close());

/** Adds keys to the list, older ones that were revoked, and still older ones that were deleted. */
async function addKeys(userId: UserId, deleted: number, listed: number, revoked = 0): Promise<void> {
  await fill([
    `INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash", "createdAt", "revokedAt", "deletedAt")
     SELECT gen_random_uuid(), $1::uuid, 'Key ' || i, 'production', 'gt_load', sha256(($1::uuid || ' ' || i)::bytea), now() - i * interval '1 minute',
       CASE WHEN i > $3::int THEN now() END, CASE WHEN i > $3::int + $4::int THEN now() END
     FROM generate_series(1, $2::int + $3::int + $4::int) i ORDER BY i DESC`,
    [userId, deleted, listed, revoked],
  ]);
}

describe("an account with 20,000 deleted keys costs no more reads than one with none", () => {
  test.each<Partial<ListQuery>>([
    {},
    { page: 12 },
    { sort: "lastUsed" },
    { sort: "name" },
    { status: "active" },
    { q: "Key 7" },
    { environment: "staging" },
    { finding: "never_used" },
    { use: "never" },
    { use: "old_key" },
    { restricted: "no" },
  ])("for a page of the list and its export: %j", async (view) => {
    const list = (userId: UserId) => measure(() => listApiKeys(userId, { ...DEFAULT_VIEW, ...view }, new Date()));
    expectNoMoreReads(await list(young), await list(old), 60);
    const read = (userId: UserId) =>
      measure(async () => {
        for await (const _keys of exportApiKeys(userId, { ...DEFAULT_VIEW, ...view }, new Date())) break;
      });
    expectNoMoreReads(await read(young), await read(old), 300);
  });

  test("for the last page of a long list, except for what its index skips", async () => {
    const { id } = await createUser();
    await addKeys(id, 0, 5_000);
    const page = (number: number) => measure(() => listApiKeys(id, { ...DEFAULT_VIEW, page: number }, new Date()));
    expectNoMoreReads(await page(1), await page(200), 300);
  });
});

test("a page of 10,000 keys reads little for each of 1,000 old keys, and the use of its own keys only", async () => {
  const { id } = await createUser();
  await addKeys(id, 0, 10_000);
  const read = () => measure(() => listApiKeys(id, DEFAULT_VIEW, new Date()));
  const without = await read();
  await fill(
    [
      `UPDATE "ApiKey" SET "expiresAt" = now() + interval '1 day' WHERE "userId" = $1 AND substring("name" FROM 5)::int <= 1000`,
      [id],
    ],
    [
      `UPDATE "ApiKey" s SET "replacesId" = k."id" FROM "ApiKey" k
       WHERE s."userId" = $1 AND k."userId" = $1 AND substring(s."name" FROM 5)::int = substring(k."name" FROM 5)::int + 5000
         AND substring(k."name" FROM 5)::int <= 1000`,
      [id],
    ],
    [
      `INSERT INTO "UsageHour" ("apiKeyId", "hour", "outcome", "requests")
       SELECT k."id", date_trunc('hour', now()) - h * interval '1 hour', 'ok', 1
       FROM "ApiKey" k, generate_series(0, 99) h WHERE k."userId" = $1 AND substring(k."name" FROM 5)::int <= 1000`,
      [id],
    ],
  );
  const { rows, matching, topRows } = await listApiKeys(id, { ...DEFAULT_VIEW, page: 200 }, new Date());
  expect([rows.length, matching, topRows]).toEqual([50, 10_000, 9_000]);
  const page = await read();
  expect(page.statements).toBeLessThanOrEqual(6);
  expect(page.pages).toBeLessThanOrEqual(without.pages + 1_000 * 30);
});

test("a page of an account's active keys reads few of 10,000 revoked ones", async () => {
  const [few, many] = [await createUser(), await createUser()];
  await addKeys(few.id, 0, 300);
  await addKeys(many.id, 0, 300, 10_000);
  for (const view of [{ status: "active" }, { finding: "many_networks" }, { use: "never" }] as const) {
    const rows = async ({ id }: { id: UserId }) =>
      (await measure(() => listApiKeys(id, { ...DEFAULT_VIEW, ...view }, new Date()))).rows;
    expect(await rows(many)).toBeLessThanOrEqual((await rows(few)) + 300);
  }
});

test.each(["name", "key", "lastUsed", "expires", "status"] as const)(
  "a page by %s of 10,000 keys sorts what it sorts by, and no other columns",
  async (sort) => {
    const { id } = await createUser();
    await addKeys(id, 0, 10_000);
    const { sorted } = await measure(() => listApiKeys(id, { ...DEFAULT_VIEW, sort }, new Date()));
    expect(sorted).toBeLessThanOrEqual(10_000 * 64);
  },
);

test("a later step of an export of 10,000 keys reads the keys of that step only", async () => {
  const { id } = await createUser();
  await addKeys(id, 0, 10_000);
  const read = (steps: number) =>
    measure(async () => {
      const exported = exportApiKeys(id, DEFAULT_VIEW, new Date());
      for (let step = 0; step < steps; step += 1) await exported.next();
    });
  const [first, third] = [await read(1), await read(3)];
  // 1,000 keys, each found by an index of up to three levels.
  expect(third.pages - first.pages).toBeLessThanOrEqual(4 * 1_000 + 100);
  expect(third.rows - first.rows).toBeLessThanOrEqual(1_000);
});

test("warnings about many keys are counted once a minute or after a change, about few each time", async () => {
  const [few, many] = [await createUser(), await createUser()];
  await addKeys(few.id, 0, 100);
  await addKeys(many.id, 0, 1_000);
  await fill([
    `INSERT INTO "UsageCaller" ("apiKeyId", "addressPrefix", "userAgent", "route", "lastSeenAt")
     SELECT "id", i || '.0', '', '', now() FROM "ApiKey", generate_series(1, 6) i WHERE "userId" = ANY ($1)`,
    [[few.id, many.id]],
  ]);
  await pool().query(`UPDATE "ApiKey" SET "lastUsedAt" = now() WHERE "userId" = ANY ($1)`, [[few.id, many.id]]);
  const now = new Date();
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
  const rows = async (userId: UserId, at: Date) => (await measure(() => findWarnings(userId, at))).rows;
  expect(await rows(few.id, now)).toBeGreaterThan(500);
  expect(await rows(many.id, now)).toBeLessThanOrEqual(1_000);
  expect(await rows(many.id, later(59))).toBeLessThanOrEqual(1_000);
  const warned = async (at: Date) =>
    (await findWarnings(many.id, at)).find(({ kind }) => kind === "many_networks")?.keys;
  expect(await warned(later(59))).toBe(1_000);
  await pool().query(`UPDATE "ApiKey" SET "revokedAt" = now() WHERE "userId" = $1 AND "name" = 'Key 1'`, [many.id]);
  expect(await warned(later(59))).toBe(999);
  await pool().query(`DELETE FROM "UsageCaller" c USING "ApiKey" k WHERE k."id" = c."apiKeyId" AND k."userId" = $1`, [
    many.id,
  ]);
  expect(await warned(later(60))).toBe(999);
  expect(await warned(later(120))).toBeUndefined();
});

test("the list of sessions reads none of 20,000 ended ones, and the latest 50 of many open ones", async () => {
  const [few, many] = [await createUser(), await createUser()];
  const add = (userId: UserId, open: number, ended: number) =>
    fill([
      `INSERT INTO "Session" ("id", "userId", "lastSeenAt", "endedAt", "address", "userAgent")
       SELECT gen_random_uuid(), $1, now() - i * interval '1 second', CASE WHEN i > $2::int THEN now() END, '', '' FROM generate_series(1, $2::int + $3::int) i`,
      [userId, open, ended],
    ]);
  await add(few.id, 60, 0);
  await add(many.id, 10_000, 20_000);
  const [small, large] = [await measure(() => listSessions(few.id)), await measure(() => listSessions(many.id))];
  expectNoMoreReads(small, large, 60);
  const { sessions, more } = await listSessions(many.id);
  expect([sessions.length, more]).toEqual([50, true]);
});

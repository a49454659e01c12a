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

/** Adds keys to the list, and older ones that were deleted. */
async function addKeys(userId: UserId, deleted: number, listed: number): Promise<void> {
  await fill([
    `INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash", "createdAt", "revokedAt", "deletedAt")
     SELECT gen_random_uuid(), $1::uuid, 'Key ' || i, 'production', 'gt_load', sha256(($1::uuid || ' ' || i)::bytea), now() - i * interval '1 minute',
       CASE WHEN i > $3::int THEN now() END, CASE WHEN i > $3::int THEN now() END
     FROM generate_series(1, $2::int + $3::int) i ORDER BY i DESC`,
    [userId, deleted, listed],
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

test("warnings about many keys are counted once a minute, about few each time", async () => {
  const [few, many] = [await createUser(), await createUser()];
  await addKeys(few.id, 0, 100);
  await addKeys(many.id, 0, 1_200);
  const now = new Date();
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
  const statements = async (userId: UserId, at: Date) => (await measure(() => findWarnings(userId, at))).statements;
  expect(await statements(few.id, now)).toBe(1);
  expect(await statements(many.id, now)).toBe(0);
  expect(await statements(many.id, later(59))).toBe(0);
  await pool().query(`UPDATE "ApiKey" SET "revokedAt" = now() WHERE "userId" = $1`, [many.id]);
  await findWarnings(many.id, later(61));
  expect(await findWarnings(many.id, later(62))).toEqual([]);
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

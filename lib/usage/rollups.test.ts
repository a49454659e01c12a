import { cp, readdir } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fill } from "#e2e/support/fill.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { expectNoMoreReads, watchReads } from "#e2e/support/statement-reads.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { connectDatabase, disconnectDatabase, pool } from "#lib/database/client.ts";
import { migrate } from "#lib/database/migrate.ts";
import { DAY_MS, HOUR_MS } from "#lib/time/model/duration.ts";
import { usageByHour } from "#lib/usage/by-hour.ts";
import { usageByKey } from "#lib/usage/by-key.ts";
import { usageByDay } from "#lib/usage/read.ts";
import { flushUsage, recordRequest } from "#lib/usage/recorder.ts";

const MIGRATIONS = "prisma/migrations";
const NEW =
  /_(usage_rollups|fill_usage_rollups|usage_rollups_filled|usage_rollups_done|usage_account_hours|fill_usage_account_hours)$/;

/** Returns where the rollups differ from the sums of days by key. */
const MISMATCHES = [
  `WITH "sum" AS (
     SELECT k."userId", d."day", d."outcome", sum(d."requests") AS "n" FROM "UsageDay" d JOIN "ApiKey" k ON k."id" = d."apiKeyId" GROUP BY 1, 2, 3
   ) SELECT * FROM "sum" FULL JOIN "UsageAccountDay" r USING ("userId", "day", "outcome") WHERE "sum"."n" IS DISTINCT FROM r."requests"`,
  `WITH "sum" AS (
     SELECT k."userId", date_trunc('month', d."day"::timestamp)::date AS "month", k."id" AS "apiKeyId", sum(d."requests") AS "n",
       coalesce(sum(d."requests") FILTER (WHERE d."outcome" = 'ok'), 0) AS "k"
     FROM "UsageDay" d JOIN "ApiKey" k ON k."id" = d."apiKeyId" GROUP BY 1, 2, 3
   ) SELECT * FROM "sum" FULL JOIN "UsageKeyMonth" r USING ("userId", "month", "apiKeyId")
   WHERE ("sum"."n", "sum"."k") IS DISTINCT FROM (r."requests", r."ok")`,
  `WITH "sum" AS (
     SELECT k."userId", h."hour", h."outcome", sum(h."requests") AS "n" FROM "UsageHour" h JOIN "ApiKey" k ON k."id" = h."apiKeyId"
     WHERE h."hour" > now() - interval '25 hours' GROUP BY 1, 2, 3
   ), "recent" AS (SELECT * FROM "UsageAccountHour" WHERE "hour" > now() - interval '25 hours')
   SELECT * FROM "sum" FULL JOIN "recent" r USING ("userId", "hour", "outcome") WHERE "sum"."n" IS DISTINCT FROM r."requests"`,
];
const expectRollupsToAgree = async () => {
  for (const statement of MISMATCHES) expect((await pool().query(statement)).rows).toEqual([]);
};

let url: string;
let drop: () => Promise<void>;
beforeEach(async () => {
  ({ url, drop } = await createDatabase());
  connectDatabase(url, 10);
});
afterEach(async () => {
  await disconnectDatabase();
  await drop();
});

/** Adds keys to an account, each used on the last days. */
async function addKeys(userId: UserId, keys: number, days: number): Promise<string[]> {
  await fill(
    [
      `INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
       SELECT gen_random_uuid(), $1::uuid, 'Key ' || i, 'production', 'gt_load', sha256(($1::uuid || ' ' || i)::bytea) FROM generate_series(1, $2::int) i`,
      [userId, keys],
    ],
    [
      `INSERT INTO "UsageDay" ("apiKeyId", "day", "outcome", "requests")
       SELECT k."id", (now() AT TIME ZONE 'UTC')::date - i, o, 1 + i % 7 FROM "ApiKey" k, generate_series(0, $2::int - 1) i, unnest(ARRAY['ok', 'invalid']) o
       WHERE k."userId" = $1`,
      [userId, days],
    ],
    [
      `INSERT INTO "UsageHour" ("apiKeyId", "hour", "outcome", "requests")
       SELECT k."id", date_trunc('hour', now(), 'UTC') - i * interval '1 hour', o, 1 + i % 7
       FROM "ApiKey" k, generate_series(0, 30) i, unnest(ARRAY['ok', 'invalid']) o WHERE k."userId" = $1`,
      [userId],
    ],
  );
  const { rows } = await pool().query<{ id: string }>(`SELECT "id" FROM "ApiKey" WHERE "userId" = $1`, [userId]);
  return rows.map(({ id }) => id);
}

/** Requests as the API counts them, of this hour and late ones of earlier hours and days. */
function use(userId: UserId, apiKeyIds: string[], times = 1): void {
  const note = {
    requestId: crypto.randomUUID(),
    userId,
    authenticated: false,
    status: 200,
    route: "/",
    address: "::1",
    agent: undefined,
  };
  for (let i = 0; i < times; i += 1)
    for (const apiKeyId of apiKeyIds)
      for (const outcome of ["ok", "error"] as const)
        recordRequest({ ...note, apiKeyId, outcome, at: Date.now() - (i % 3) * DAY_MS - (i % 2) * HOUR_MS });
}

test("usage of all keys by hour and day, and of each by month, is exact, whichever process writes it and however many write at once", async () => {
  const users = [await createUser(), await createUser("Bob")];
  const keys = await Promise.all(users.map(({ id }) => addKeys(id, 30, 40)));
  await expectRollupsToAgree();
  for (const [i, { id }] of users.entries()) use(id, keys[i] as string[], 5);
  // Another process, of any version, with the same accounts in another order.
  const others = Array.from({ length: 8 }, (_, i) =>
    pool().query(
      `INSERT INTO "UsageDay" AS d ("apiKeyId", "day", "outcome", "requests")
       SELECT "id", (now() AT TIME ZONE 'UTC')::date + $2::int, 'ok', 2 FROM "ApiKey" WHERE "id" = ANY($1) ORDER BY 1
       ON CONFLICT ("apiKeyId", "day", "outcome") DO UPDATE SET "requests" = d."requests" + excluded."requests"`,
      [i % 2 === 0 ? keys.flat() : keys.flat().slice(20, 40), i % 3],
    ),
  );
  const ofHours = Array.from({ length: 8 }, (_, i) =>
    pool().query(
      `INSERT INTO "UsageHour" AS h ("apiKeyId", "hour", "outcome", "requests")
       SELECT "id", date_trunc('hour', now(), 'UTC') - $2 * interval '1 hour', 'ok', 2 FROM "ApiKey" WHERE "id" = ANY($1) ORDER BY 1
       ON CONFLICT ("apiKeyId", "hour", "outcome") DO UPDATE SET "requests" = h."requests" + excluded."requests"`,
      [i % 2 === 0 ? keys.flat() : keys.flat().slice(20, 40), i % 3],
    ),
  );
  await Promise.all([flushUsage(), ...others, ...ofHours]);
  await expectRollupsToAgree();
});

test("an upgrade adds up existing usage while processes of the previous version keep counting", async () => {
  await disconnectDatabase();
  await drop();
  ({ url, drop } = await createDatabase("template0"));
  const before = await temporaryDirectory();
  for (const name of await readdir(MIGRATIONS))
    if (!NEW.test(name)) await cp(path.join(MIGRATIONS, name), path.join(before.directory, name), { recursive: true });
  await migrate(url, before.directory);
  await before.remove();
  connectDatabase(url, 10);
  const users = [await createUser(), await createUser("Bob")];
  const keys = await Promise.all(users.map(({ id }) => addKeys(id, 150, 100)));

  let over = false;
  const counting = (async () => {
    while (!over) {
      for (const [i, { id }] of users.entries()) use(id, keys[i] as string[]);
      await flushUsage();
    }
  })();
  await migrate(url, MIGRATIONS);
  over = true;
  await counting;
  await expectRollupsToAgree();
});

describe("an account with 2,000 keys reads no more than one with ten", () => {
  test("by the charts and the keys of the usage page", async () => {
    const measure = watchReads();
    const [small, large] = [await createUser(), await createUser("Bob")];
    const keys = { small: await addKeys(small.id, 10, 90), large: await addKeys(large.id, 2_000, 90) };
    const now = new Date();
    const month = now.toISOString().slice(0, 7);
    const compare = async (read: (userId: UserId, keys: string[]) => Promise<unknown>, rows: number) =>
      expectNoMoreReads(
        await measure(() => read(small.id, keys.small)),
        await measure(() => read(large.id, keys.large)),
        rows,
      );
    await compare((userId) => usageByHour(userId, now), 20);
    await compare((userId, [apiKeyId]) => usageByHour(userId, now, apiKeyId as string), 50);
    await compare((userId) => usageByDay(userId, 90, now), 20);
    await compare((userId, [apiKeyId]) => usageByDay(userId, 90, now, apiKeyId as string), 100);
    // Each key costs about the same on a page of 10 and of 25.
    const perPage = 26 * 100;
    await compare((userId) => usageByKey(userId, month, 25), perPage);
    const last = { value: "0", id: keys.large[0] as string, towards: "earlier" } as const;
    await compare((userId) => usageByKey(userId, month, 25, last), perPage);
  }, 120_000);
});

import type pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type WatchedStatement, watchStatements } from "#e2e/support/statement-reads.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import { connectDatabase, disconnectDatabase, pool } from "#lib/database/client.ts";
import { openClient } from "#lib/database/connection.ts";
import { metrics } from "#lib/metrics.ts";
import { PRUNING, runTasks, SWEEPING } from "#lib/server/scheduled-work.ts";

const OLD = 10_000;
const KEPT = 40_000;
/** The rows and pages that a statement may read in tables of any size. */
const LOOKED_AT_MAX = 8_000;
const ID = "md5(i::text)::uuid";

/** The retention of each table. */
const KEPT_FOR: Record<string, string> = {
  Throttle: "1 day",
  Session: "120 days",
  PasswordLink: "1 day",
  EmailLink: "1 day",
  Activity: "400 days",
  Mail: "30 days",
  IdempotencyRecord: "24 hours",
  UsageHour: "90 days",
  UsageAccountHour: "2 days",
  UsageDay: "730 days",
  UsageAccountDay: "730 days",
  UsageKeyMonth: "730 days",
  UsageBatch: "1 day",
};
/** SQL: the values of row `i` at an instant. `$1` is an account. */
const VALUES: Record<string, (at: string) => string> = {
  Throttle: (at) => `i, 1, now(), ${at}`,
  Session: (at) => `${ID}, $1::uuid, ${at}, now(), '', ''`,
  PasswordLink: (at) => `sha256(i::text::bytea), $1::uuid, now(), ${at}`,
  EmailLink: (at) => `sha256(i::text::bytea), $1::uuid, 'ada@example.com', now(), ${at}`,
  Activity: (at) => `${ID}, $1::uuid, 'user'::"Actor", 'account.created', ${at}`,
  Mail: (at) => `${ID}, $1::uuid, 'test', '{}', ${at}, ${at}`,
  IdempotencyRecord: (at) => `$1::uuid, i, '\\x00'::bytea, 'answer', ${at}`,
  UsageHour: (at) => `${ID}, ${at}, 'ok', 1`,
  UsageAccountHour: (at) => `${ID}, ${at}, 'ok', 1`,
  UsageDay: (at) => `${ID}, (${at})::date, 'ok', 1`,
  UsageAccountDay: (at) => `${ID}, (${at})::date, 'ok', 1`,
  UsageKeyMonth: (at) => `${ID}, date_trunc('month', (${at}) AT TIME ZONE 'UTC')::date, ${ID}, 1, 1`,
  UsageBatch: (at) => `${ID}, ${at}`,
};
const COLUMNS: Record<string, string> = {
  Throttle: `"scope", "attempts", "blockedUntil", "updatedAt"`,
  Session: `"id", "userId", "createdAt", "lastSeenAt", "address", "userAgent"`,
  PasswordLink: `"tokenHash", "userId", "createdAt", "expiresAt"`,
  EmailLink: `"tokenHash", "userId", "email", "createdAt", "expiresAt"`,
  Activity: `"id", "userId", "actor", "action", "createdAt"`,
  Mail: `"id", "userId", "kind", "data", "giveUpAt", "endedAt"`,
  IdempotencyRecord: `"userId", "key", "fingerprint", "answer", "createdAt"`,
  UsageHour: `"apiKeyId", "hour", "outcome", "requests"`,
  UsageAccountHour: `"userId", "hour", "outcome", "requests"`,
  UsageDay: `"apiKeyId", "day", "outcome", "requests"`,
  UsageAccountDay: `"userId", "day", "outcome", "requests"`,
  UsageKeyMonth: `"userId", "month", "apiKeyId", "requests", "ok"`,
  UsageBatch: `"id", "writtenAt"`,
};

let own: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;
let watched: WatchedStatement[];
beforeEach(async () => {
  own = await createDatabase();
  client = await openClient(own.url);
  connectDatabase(own.url, 4);
  watched = watchStatements(pool());
});
afterEach(async () => {
  await disconnectDatabase();
  await client.end();
  await own.drop();
});

async function failures(task: string): Promise<number> {
  return (await metrics().upkeepFailures.get()).values.find(({ labels }) => labels.task === task)?.value ?? 0;
}

/** Adds rows to a table with retention. `age` is SQL for the age of row `i`. */
async function addRows(table: string, rows: number, age: string): Promise<void> {
  const { id } = await createUser();
  await client.query(
    `INSERT INTO "${table}" (${COLUMNS[table]}) SELECT ${VALUES[table]?.(`now() - (${age})`)} FROM generate_series(1, ${rows}) i
     WHERE $1::uuid IS NOT NULL`,
    [id],
  );
}

async function countRows(tables: string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables)
    counts[table] = (await client.query(`SELECT count(*)::int FROM "${table}"`)).rows[0].count;
  return counts;
}

async function fill(): Promise<void> {
  for (const [table, keptFor] of Object.entries(KEPT_FOR))
    await addRows(
      table,
      OLD + KEPT,
      `i * interval '1 ms' + interval '${keptFor}' * CASE WHEN i <= ${OLD} THEN 1.1 ELSE 0.5 END`,
    );
  await client.query(`INSERT INTO "User" ("id", "email", "name", "tier")
    SELECT ${ID}, i || '@example.org', 'Bob', 'free' FROM generate_series(1, 2000) i`);
  await client.query(
    `INSERT INTO "Balance" ("userId", "credits", "month") SELECT ${ID}, 0, now() FROM generate_series(1, 2000) i`,
  );
  // 100 keys with 120 callers lose 100 each, and 10,000 keys with 4 lose none. Each key waits for
  // its successor's use.
  await client.query(`INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash", "expiresAt", "endsOnUse")
    SELECT ${ID}, md5((i % 2000 + 1)::text)::uuid, 'Many', 'production', 'gt_many', sha256(i::text::bytea), now() + interval '1 day', true
    FROM generate_series(1, 10100) i`);
  await client.query(`INSERT INTO "UsageCaller" ("apiKeyId", "addressPrefix", "userAgent", "route", "lastSeenAt")
    SELECT ${ID}, '', n, '/', now() - n * interval '1 s'
    FROM generate_series(1, 10100) i, generate_series(1, CASE WHEN i <= 100 THEN 120 ELSE 4 END) n`);
  // One account has 11,000 rejections and as many samples, and loses 10,000 of each. The others
  // have 50.
  await client.query(`INSERT INTO "Refusal" ("requestId", "userId", "apiKeyId", "cause", "route", "addressPrefix", "userAgent", "createdAt")
    SELECT gen_random_uuid(), ${ID}, ${ID}, 'expired', '/', '', '', now() - n * interval '1 s'
    FROM generate_series(1, 800) i, generate_series(1, CASE WHEN i = 1 THEN 11000 ELSE 50 END) n`);
  await client.query(`INSERT INTO "RequestSample" ("requestId", "userId", "apiKeyId", "minute", "status", "route", "addressPrefix", "userAgent", "createdAt")
    SELECT gen_random_uuid(), ${ID}, ${ID}, now() - n * interval '1 minute', 200, '/', '', '', now() - n * interval '1 minute'
    FROM generate_series(1, 800) i, generate_series(1, CASE WHEN i = 1 THEN 11000 ELSE 50 END) n`);
  await client.query(`INSERT INTO "Reservation" ("id", "userId", "apiKeyId", "credits", "month", "expiresAt")
    SELECT ${ID}, md5((i % 2000 + 1)::text)::uuid, ${ID}, 1, now(), now() - interval '1 s' FROM generate_series(1, 2000) i`);
  await client.query("ANALYZE");
}

test("in large tables each statement looks at few rows, also while what is deleted can't be vacuumed; all that is old goes, and nothing else", async () => {
  await fill();
  // A backup that runs for hours keeps deleted rows visible to itself.
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM "User" LIMIT 1');
  watched.length = 0;
  await runTasks({ ...PRUNING, ...SWEEPING }, new AbortController().signal);
  await client.query("COMMIT");

  expect(watched.length).toBeGreaterThan(200);
  const large = watched.filter(({ rows, pages }) => rows > LOOKED_AT_MAX || pages > LOOKED_AT_MAX);
  expect(large).toEqual([]);
  expect(await countRows([...Object.keys(KEPT_FOR), "UsageCaller", "Refusal", "RequestSample", "Reservation"])).toEqual(
    {
      ...Object.fromEntries(Object.keys(KEPT_FOR).map((table) => [table, KEPT])),
      UsageCaller: 100 * 20 + 10_000 * 4,
      Refusal: 1_000 + 799 * 50,
      RequestSample: 1_000 + 799 * 50,
      Reservation: 0,
    },
  );
}, 300_000);

test("what is kept for a time is kept to the second", async () => {
  const { UsageDay: _, UsageAccountDay: __, UsageKeyMonth: ___, ...tables } = KEPT_FOR;
  for (const [table, keptFor] of Object.entries(tables))
    await addRows(table, 2, `interval '${keptFor}' + CASE WHEN i = 1 THEN interval '1 s' ELSE interval '-30 s' END`);
  const { id } = await createUser();
  for (const [ended, seen] of [
    ["30 days 1 s", "31 days"],
    ["29 days 23:59:30", "31 days"],
    [null, "44 days 1 s"],
    [null, "43 days 23:59:30"],
  ])
    await client.query(
      `INSERT INTO "Session" ("id", "userId", "createdAt", "lastSeenAt", "endedAt", "address", "userAgent")
       VALUES (gen_random_uuid(), $1, now() - interval '50 days', now() - $2::interval, now() - $3::interval, '', '')`,
      [id, seen, ended],
    );
  await runTasks(PRUNING, new AbortController().signal);
  expect(await countRows(Object.keys(tables))).toEqual({
    ...Object.fromEntries(Object.keys(tables).map((table) => [table, 1])),
    Session: 3,
  });
});

test("a caller that comes again while callers are pruned stays, and nothing waits for it", async () => {
  const { id } = await createUser();
  const { key } = await createKey(id);
  await client.query(
    `INSERT INTO "UsageCaller" ("apiKeyId", "addressPrefix", "userAgent", "route", "lastSeenAt")
     SELECT $1, '', i, '/', now() - i * interval '1 s' FROM generate_series(1, 30) i`,
    [key.id],
  );
  await client.query("BEGIN");
  await client.query(`UPDATE "UsageCaller" SET "lastSeenAt" = now() WHERE "userAgent" = '30'`);
  await runTasks({ callers: PRUNING.callers as never }, new AbortController().signal);
  expect(await failures("callers")).toBe(0);
  await client.query("COMMIT");
  await runTasks({ callers: PRUNING.callers as never }, new AbortController().signal);
  const { rows } = await client.query(
    `SELECT array_agg("userAgent"::int ORDER BY "userAgent"::int) AS "left" FROM "UsageCaller"`,
  );
  expect(rows[0].left).toEqual([...Array.from({ length: 19 }, (_, i) => i + 1), 30]);
});

test("a task that fails keeps no other back, is counted, and is named in the log", async () => {
  const done: string[] = [];
  const before = await failures("second");
  const tasks = Object.fromEntries(
    ["first", "second", "third"].map((name) => [
      name,
      async () => {
        if (name === "second") throw new Error("canceling statement due to statement timeout");
        return done.push(name);
      },
    ]),
  );
  await runTasks(tasks, new AbortController().signal);
  expect(done).toEqual(["first", "third"]);
  expect(await failures("second")).toBe(before + 1);
});

test("a stop leaves the steps and the tasks that are left, and is no failure", async () => {
  await addRows("Activity", 5_000, "interval '500 days'");
  const stopped = new AbortController();
  const stop = async () => {
    stopped.abort();
    return 0;
  };
  const before = await failures("activity");
  await Promise.all([
    runTasks(
      { activity: PRUNING.activity as never, throttles: () => Promise.reject(new Error("not left")) },
      stopped.signal,
    ),
    runTasks({ stop }, stopped.signal),
  ]);
  const { rows } = await client.query(`SELECT count(*)::int FROM "Activity"`);
  expect(rows[0].count).toBeGreaterThanOrEqual(4_000);
  expect(await failures("activity")).toBe(before);
  expect(await failures("throttles")).toBe(0);
});

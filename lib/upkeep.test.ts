import type pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Watched, watchStatements } from "#e2e/support/watch-statements.ts";
import { createDatabase, createPerson } from "#e2e/test-database.ts";
import { connectDatabase, disconnectDatabase, pool } from "#lib/database/client.ts";
import { openClient } from "#lib/database/connection.ts";
import { metrics } from "#lib/metrics.ts";
import { PRUNING, runTasks, SWEEPING } from "#lib/upkeep.ts";

const OLD = 10_000;
const KEPT = 40_000;
/** What a statement may look at and read, in tables of any size. */
const LOOKED_AT_MAX = 8_000;
const ID = "md5(i::text)::uuid";
/** SQL: an instant of row `i`, of which `OLD` are too old and the others are not. */
const at = (old: string, kept: string) =>
  `now() - i * interval '1 ms' - CASE WHEN i <= ${OLD} THEN interval '${old}' ELSE interval '${kept}' END`;

/** For each table that grows: what fills it, given the id of an account. `$1` is an account without anything else. */
const FILLED: Record<string, string> = {
  Throttle: `SELECT i, 1, now(), ${at("2 days", "1 hour")}`,
  Session: `SELECT ${ID}, $1::uuid, ${at("130 days", "60 days")}, CASE WHEN i <= ${OLD} THEN now() - interval '100 days' ELSE now() END`,
  PasswordLink: `SELECT sha256(i::text::bytea), $1::uuid, now(), ${at("2 days", "1 hour")}`,
  Activity: `SELECT ${ID}, $1::uuid, 'user'::"Actor", 'account.created', ${at("500 days", "1 day")}`,
  IdempotencyRecord: `SELECT $1::uuid, i, '\\x00'::bytea, 'answer', ${at("2 days", "1 hour")}`,
  UsageHour: `SELECT ${ID}, date_trunc('hour', ${at("100 days", "1 day")}), 'ok', 1`,
  UsageDay: `SELECT ${ID}, (${at("1000 days", "1 day")})::date, 'ok', 1`,
  UsageBatch: `SELECT ${ID}, ${at("2 days", "1 hour")}`,
};
const COLUMNS: Record<string, string> = {
  Throttle: `"scope", "attempts", "blockedUntil", "updatedAt"`,
  Session: `"id", "userId", "createdAt", "lastSeenAt", "address", "userAgent"`,
  PasswordLink: `"tokenHash", "userId", "createdAt", "expiresAt"`,
  Activity: `"id", "userId", "actor", "action", "createdAt"`,
  IdempotencyRecord: `"userId", "key", "fingerprint", "answer", "createdAt"`,
  UsageHour: `"apiKeyId", "hour", "outcome", "requests"`,
  UsageDay: `"apiKeyId", "day", "outcome", "requests"`,
  UsageBatch: `"id", "writtenAt"`,
};

let own: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;
let watched: Watched[];
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

async function fill(): Promise<void> {
  const { id } = await createPerson();
  for (const [table, rows] of Object.entries(FILLED)) {
    const tail = table === "Session" ? ", '', ''" : "";
    await client.query(
      `INSERT INTO "${table}" (${COLUMNS[table]}) ${rows}${tail} FROM generate_series(1, ${OLD + KEPT}) i
       WHERE $1::uuid IS NOT NULL`,
      [id],
    );
  }
  await client.query(`INSERT INTO "User" ("id", "email", "name", "tier")
    SELECT ${ID}, i || '@example.org', 'Bob', 'free' FROM generate_series(1, 2000) i`);
  // Of 100 keys with 120 callers each 100 go, and of 10,000 with four none; each of the keys waits for its successor's use.
  await client.query(`INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash", "expiresAt", "endsOnUse")
    SELECT ${ID}, md5((i % 2000 + 1)::text)::uuid, 'Many', 'production', 'gt_many', sha256(i::text::bytea), now() + interval '1 day', true
    FROM generate_series(1, 10100) i`);
  await client.query(`INSERT INTO "UsageCaller" ("apiKeyId", "addressPrefix", "userAgent", "route", "lastSeenAt")
    SELECT ${ID}, '', n, '/', now() - n * interval '1 s'
    FROM generate_series(1, 10100) i, generate_series(1, CASE WHEN i <= 100 THEN 120 ELSE 4 END) n`);
  // One account has 11,000 rejections, of which 10,000 go; the others have 50.
  await client.query(`INSERT INTO "Refusal" ("requestId", "userId", "apiKeyId", "cause", "route", "addressPrefix", "userAgent", "createdAt")
    SELECT gen_random_uuid(), ${ID}, ${ID}, 'expired', '/', '', '', now() - n * interval '1 s'
    FROM generate_series(1, 800) i, generate_series(1, CASE WHEN i = 1 THEN 11000 ELSE 50 END) n`);
  await client.query(`INSERT INTO "Reservation" ("id", "userId", "apiKeyId", "credits", "month", "expiresAt")
    SELECT ${ID}, md5((i % 2000 + 1)::text)::uuid, ${ID}, 1, now(), now() - interval '1 s' FROM generate_series(1, 2000) i`);
  await client.query("ANALYZE");
}

test("in large tables each statement looks at few rows, also while what is deleted can't be vacuumed; all that is old goes, and nothing else", async () => {
  await fill();
  // A backup that runs for hours keeps what is deleted visible to itself.
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM "User" LIMIT 1');
  watched.length = 0;
  await runTasks({ ...PRUNING, ...SWEEPING }, new AbortController().signal);
  await client.query("COMMIT");

  expect(watched.length).toBeGreaterThan(200);
  const large = watched.filter(({ rows, pages }) => rows > LOOKED_AT_MAX || pages > LOOKED_AT_MAX);
  expect(large).toEqual([]);
  const counts: Record<string, number> = {};
  for (const table of [...Object.keys(FILLED), "UsageCaller", "Refusal", "Reservation"])
    counts[table] = (await client.query(`SELECT count(*)::int FROM "${table}"`)).rows[0].count;
  expect(counts).toEqual({
    ...Object.fromEntries(Object.keys(FILLED).map((table) => [table, KEPT])),
    UsageCaller: 100 * 20 + 10_000 * 4,
    Refusal: 1_000 + 799 * 50,
    Reservation: 0,
  });
}, 300_000);

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
  const { id } = await createPerson();
  await client.query(
    `INSERT INTO "Activity" (${COLUMNS.Activity}) ${FILLED.Activity} FROM generate_series(1, 5000) i WHERE $1::uuid IS NOT NULL`,
    [id],
  );
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

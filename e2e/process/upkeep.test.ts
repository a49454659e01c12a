import type pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ApiProcesses, startApiProcesses } from "#e2e/process/api-processes.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";
import { openClient } from "#lib/database/connection.ts";

const TOKEN = "a-token-for-metrics";
const OLD = 30_000;
const KEPT = 1_000;
const KEYS = 4_000;
/** For each key one more than the limit of kept callers. */
const CALLERS = 21;

let own: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;
let processes: ApiProcesses;
beforeEach(async () => {
  own = await createDatabase();
  connectDatabase(own.url, 2);
  client = await openClient(own.url);
  processes = await startApiProcesses(0, own.url, { METRICS_TOKEN: TOKEN });
});
afterEach(async () => {
  await processes.end();
  await client.end();
  await disconnectDatabase();
  await own.drop();
});

const count = async (what: string) => Number((await client.query(`SELECT count(*) FROM ${what}`)).rows[0].count);
const oldActivity = () => count(`"Activity" WHERE "createdAt" < now() - interval '400 days'`);
const walk = async () =>
  (await client.query(`SELECT "after" FROM "UpkeepWalk" WHERE "walk" = 'callers'`)).rows[0]?.after;
const until = (what: () => Promise<unknown>) => expect.poll(what, { timeout: 60_000, interval: 5 });

async function addActivity(): Promise<void> {
  const { id } = await createUser();
  await client.query(
    `INSERT INTO "Activity" ("id", "userId", "actor", "action", "createdAt")
     SELECT gen_random_uuid(), $1, 'user', 'account.created', now() - CASE WHEN i <= ${OLD} THEN interval '500 days' ELSE interval '1 day' END
     FROM generate_series(1, ${OLD + KEPT}) i`,
    [id],
  );
}

async function addCallers(): Promise<void> {
  const { id } = await createUser();
  await client.query(
    `INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
     SELECT lpad(i::text, 32, '0')::uuid, $1, 'Many', 'production', 'gt_many', sha256(i::text::bytea) FROM generate_series(1, ${KEYS}) i`,
    [id],
  );
  await client.query(
    `INSERT INTO "UsageCaller" ("apiKeyId", "addressPrefix", "userAgent", "route", "lastSeenAt")
     SELECT lpad(i::text, 32, '0')::uuid, '', n, '/', now() FROM generate_series(1, ${KEYS}) i, generate_series(1, ${CALLERS}) n`,
  );
}

/** Returns the rows that a process reports for a task. */
async function rowsChanged(place: number, task: string): Promise<number> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const text = await (await fetch(`${processes.all[place]?.url}/metrics`, { headers })).text();
  return Number(new RegExp(`^goodtake_scheduled_rows_total\\{task="${task}"\\} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
}

test("two processes on one database remove each row once, and one of them reports it", async () => {
  await addActivity();
  await Promise.all([processes.start(0), processes.start(1)]);
  const both = () => Promise.all([rowsChanged(0, "activity"), rowsChanged(1, "activity")]);
  await until(async () => (await both()).reduce((sum, rows) => sum + rows)).toBe(OLD);
  expect(Math.max(...(await both()))).toBe(OLD);
  expect(await oldActivity()).toBe(0);
}, 120_000);

test("a kill -9 in the middle loses nothing, and the next process goes on at the same place", async () => {
  await addCallers();
  const killed = await processes.start();
  await until(walk).toBeDefined();
  await killed.end("SIGKILL");
  const [reached] = await walk();
  const callers = await count(`"UsageCaller"`);
  expect(callers).toBeGreaterThan(KEYS * 20);
  expect(await count(`"UsageCaller" WHERE "apiKeyId" <= '${reached}'`)).toBe(20 * Number(reached.replaceAll("-", "")));

  await client.query(
    `INSERT INTO "UsageCaller" ("apiKeyId", "addressPrefix", "userAgent", "route", "lastSeenAt")
     SELECT lpad('1', 32, '0')::uuid, '', 'late ' || n, '/', now() FROM generate_series(1, 5) n`,
  );
  await processes.start();
  await until(walk).toBeUndefined();
  // The first key's turn comes again in an hour.
  expect(await count(`"UsageCaller"`)).toBe(KEYS * 20 + 5);
}, 120_000);

test("a stop doesn't wait for the remaining steps and is no failure", async () => {
  await addActivity();
  const server = await processes.start();
  await until(oldActivity).toBeLessThan(OLD);
  expect(await server.end("SIGTERM")).toBe(0);
  expect(await oldActivity()).toBeGreaterThan(0);
  expect(await count(`"Activity" WHERE "createdAt" > now() - interval '400 days'`)).toBeGreaterThanOrEqual(KEPT);
  expect(server.output()).not.toContain("failed");
}, 120_000);

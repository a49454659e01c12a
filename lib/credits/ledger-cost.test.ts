import type pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { closeDays } from "#lib/credits/close-days.ts";
import { creditsByDay, creditsOfMonth, findLedgerRow, listLedger } from "#lib/credits/ledger.ts";
import { exportLedger, listMovements } from "#lib/credits/movements.ts";
import { findRemaining } from "#lib/credits/store.ts";
import { connectDatabase, disconnectDatabase, pool } from "#lib/database/client.ts";
import { openClient } from "#lib/database/connection.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

const DETAIL_DAYS = 30;
const ADDED = 1_000_000_000;

let drop: () => Promise<void>;
/** Runs a statement without the timeout, for filling large tables. */
let client: pg.Client;
const accounts = {} as Record<"large" | "small", UserId>;
beforeAll(async () => {
  const created = await createDatabase();
  drop = created.drop;
  client = await openClient(created.url);
  connectDatabase(created.url, 4);
  accounts.small = await addAccount("Small", { keys: 10, days: 40, movementsADay: 10 });
  accounts.large = await addAccount("Large", { keys: 100, days: 730, movementsADay: 1_000 });
  await closeDays();
  await client.query("VACUUM ANALYZE");
}, 120_000);
afterAll(async () => {
  await disconnectDatabase();
  await client.end();
  await drop();
});

/**
 * Makes days for each key: the latest with single movements in the order of time, the older ones
 * with sums only, as pruning leaves them.
 */
async function addAccount(name: string, size: { keys: number; days: number; movementsADay: number }): Promise<UserId> {
  const { id } = await createUser(name);
  await client.query(
    `INSERT INTO "CreditMovement" ("userId", "kind", "amount", "apiKeyId", "createdAt")
     SELECT $1::uuid, 'charged', -1, md5($1::uuid::text || n % $2::int)::uuid, now() - make_interval(secs => n * 86400.0 / $3::int)
     FROM generate_series($4::int * $3::int, 0, -1) n`,
    [id, size.keys, size.movementsADay, DETAIL_DAYS],
  );
  await client.query(
    `WITH "days" AS (
       INSERT INTO "CreditDay" ("userId", "day", "apiKeyId", "charged", "added")
       SELECT $1::uuid, (now() AT TIME ZONE 'UTC')::date - ago, md5($1::uuid::text || n)::uuid, 10, CASE WHEN ago = $3 AND n = 0 THEN $5::int ELSE 0 END
       FROM generate_series($4::int + 1, $3::int) ago, generate_series(0, $2::int - 1) n RETURNING *
     )
     INSERT INTO "CreditDayTotal" ("userId", "day", "charged", "added")
     SELECT "userId", "day", sum("charged"), sum("added") FROM "days" GROUP BY 1, 2`,
    [id, size.keys, size.days, DETAIL_DAYS, ADDED],
  );
  await client.query(
    `UPDATE "Balance" SET "credits" = (SELECT sum("added" - "charged") FROM "CreditDayTotal" WHERE "userId" = $1) WHERE "userId" = $1`,
    [id],
  );
  return id;
}

const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);

/** Counts the pages (8 kB) of tables and indexes that `read` touches, in memory or on disk. */
async function pagesTouched(read: () => Promise<unknown>): Promise<number> {
  const query = vi.spyOn(pool(), "query");
  await read();
  const asked = query.mock.calls as unknown as [sql: string, values: unknown[]][];
  query.mockRestore();
  let pages = 0;
  for (const [sql, values] of asked) {
    const { rows } = await pool().query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`, values);
    const { Plan: plan } = rows[0]["QUERY PLAN"][0];
    pages += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
  }
  return pages;
}

const from = (day: string, towards: "later" | "earlier") => ({
  value: day,
  id: "ffffffff-ffff-ffff-ffff-ffffffffffff",
  towards,
});

async function keyOfDay(userId: UserId, day: string): Promise<string> {
  const { rows } = await listLedger(userId, 1, from(day, "later"));
  return rows[0]?.apiKeyId ?? "";
}

test.each<[string, (userId: UserId) => Promise<unknown>]>([
  ["the newest page of the ledger", (userId) => listLedger(userId, 25)],
  ["its last page", (userId) => listLedger(userId, 25, from(daysAgo(userId === accounts.large ? 729 : 39), "later"))],
  ["a newer page", (userId) => listLedger(userId, 25, from(daysAgo(35), "earlier"))],
  ["the chart of 90 days", (userId) => creditsByDay(userId, 90, new Date())],
  ["the credits of this month", (userId) => creditsOfMonth(userId, new Date())],
  [
    "a row that is opened",
    async (userId) => {
      const place = { day: daysAgo(5), apiKeyId: await keyOfDay(userId, daysAgo(5)) };
      await findLedgerRow(userId, place);
      expect((await listMovements(userId, place, 25)).rows.length).toBeGreaterThan(0);
    },
  ],
  ["the first rows of the file", (userId) => exportLedger(userId).next()],
])("%s touches as little of two years of 100 keys as of 40 days of ten", async (_, read) => {
  const small = await pagesTouched(() => read(accounts.small));
  const large = await pagesTouched(() => read(accounts.large));
  expect(small).toBeGreaterThan(0);
  expect(large).toBeLessThan(small + 50);
});

test("the balances of an old page are right", async () => {
  const { rows } = await listLedger(accounts.large, 1, from(daysAgo(729), "earlier"));
  expect(rows[0]?.closing).toBe(ADDED - 100 * 10 * 3);
  const newest = await listLedger(accounts.large, 1);
  expect(newest.rows[0]?.closing).toBe((await findRemaining(accounts.large, null))?.credits);
});

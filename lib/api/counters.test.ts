import { afterAll, beforeAll, expect, test } from "vitest";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { reserveSignIn } from "#lib/accounts/sign-in-throttle.ts";
import { pruneThrottles, reserveSignUp } from "#lib/accounts/throttle.ts";
import { exportActivity, listActivity } from "#lib/activity/read.ts";
import { readUsageSummary } from "#lib/api-keys/bulk.ts";
import { endReplacedKeys } from "#lib/api-keys/end-replaced-keys.ts";
import { findWarnings } from "#lib/api-keys/key-health.ts";
import { exportApiKeys, findListedApiKey, listApiKeys } from "#lib/api-keys/list.ts";
import { DEFAULT_VIEW } from "#lib/api-keys/model/list-view.ts";
import { listQuery } from "#lib/api-keys/model/schema.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { creditsByDay, listLedger } from "#lib/credits/ledger.ts";
import { exportLedger } from "#lib/credits/movements.ts";
import { findRemaining, sweepReservations } from "#lib/credits/store.ts";
import { pool } from "#lib/database/client.ts";
import { usageByKey } from "#lib/usage/by-key.ts";
import { pruneCallers } from "#lib/usage/prune-traces.ts";
import { listCallers, usageByDay } from "#lib/usage/read.ts";
import { flushLagSeconds, flushUsage } from "#lib/usage/recorder.ts";

const CALLER = { actor: "user", address: "192.0.2.1", userAgent: "test" } as const;
/** Transaction ids, which aren't counters. */
const NO_COUNTERS = ["changedIn"];
/** Tables with bounded numbers: attempts within days, percentages, copies of a counter. */
const NO_COUNTER_TABLES = [
  "_prisma_migrations",
  "Mail",
  "ExpiryNotice",
  "IdleNotice",
  "SpendingNotice",
  "SpendingCapNotice",
];

let api: TestApi;
let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
  api = await startApi();
});
afterAll(async () => {
  api.close();
  await close();
});

type Counter = { table: string; column: string; largest: string };

async function counters(): Promise<Counter[]> {
  const { rows } = await pool().query<Counter>(
    `SELECT "table_name" AS "table", "column_name" AS "column",
            (2::numeric ^ ("numeric_precision" - 1) - 1)::bigint::text AS "largest"
     FROM information_schema.columns
     WHERE "table_schema" = 'public' AND "table_name" <> ALL($2) AND "data_type" IN ('smallint', 'integer', 'bigint')
       AND "column_name" <> ALL($1)`,
    [NO_COUNTERS, NO_COUNTER_TABLES],
  );
  return rows;
}

/** Sets the given columns to their type's largest value in every row, with triggers disabled. */
async function fill({ table, column, largest }: Counter): Promise<number> {
  const client = await pool().connect();
  await client.query("BEGIN; SET LOCAL session_replication_role = replica");
  const { rowCount } = await client.query(`UPDATE "${table}" SET "${column}" = ${largest}`);
  await client.query("COMMIT");
  client.release();
  return rowCount ?? 0;
}

const reserveExpired = (userId: UserId, apiKeyId: string) =>
  pool().query(
    `INSERT INTO "Reservation" ("id", "userId", "apiKeyId", "credits", "month", "expiresAt")
     VALUES (gen_random_uuid(), $1, $2, 1, now(), now())`,
    [userId, apiKeyId],
  );

async function all<T>(pages: AsyncGenerator<T[]>): Promise<T[]> {
  const rows: T[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}

async function* ledgerRows(userId: UserId): AsyncGenerator<object[]> {
  for await (const part of exportLedger(userId)) yield "movements" in part ? part.movements : part.days;
}

test("with every counter of the schema at its largest value every request, page, export and task works", async () => {
  const ada = await createUser("Ada", "scale");
  const { key: old, secret: oldSecret } = await createKey(ada.id);
  const rotated = await rotateApiKey(ada.id, old.id, "on_use", CALLER);
  if (!rotated.ok) throw new Error(rotated.error);
  const { key, secret } = rotated.value;
  const image = (body: object) =>
    api.call(
      "/bytedance/generate-image",
      { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } },
      secret,
    );
  const signIn = async () => {
    const attempt = await reserveSignIn(ada.email, "192.0.2.1");
    if (attempt.ok) await attempt.settle("failed");
    await reserveSignUp("192.0.2.1");
  };
  const callAll = async () => {
    for (const each of [oldSecret, secret]) {
      expect((await api.call("/key", {}, each)).status).toBe(200);
      expect((await api.call("/auth?cost=1", {}, each)).status).toBe(204);
      expect((await api.call("/auth?cost=no", {}, each)).status).toBe(400);
    }
    expect((await image({ prompt: "A cat" })).status).toBe(200);
    await signIn();
    await flushUsage();
    expect(flushLagSeconds()).toBe(0);
  };
  await callAll();
  for (let i = 0; i < 2; i += 1) await reserveExpired(ada.id, key.id);

  const filled: Record<string, number> = {};
  for (const counter of await counters()) filled[`${counter.table}.${counter.column}`] = await fill(counter);
  // A counter without a row wasn't tested: add a step above that makes one.
  expect(Object.entries(filled).filter(([, rows]) => rows === 0)).toEqual([]);
  expect(Object.keys(filled)).toEqual(expect.arrayContaining(["UsageDay.requests", "Balance.requests"]));

  await callAll();
  const now = new Date();
  const read = {
    days: await usageByDay(ada.id, 90, now),
    ofKey: await usageByDay(ada.id, 90, now, key.id),
    keys: await usageByKey(ada.id, now.toISOString().slice(0, 7), 25),
    callers: await listCallers(ada.id, key.id),
    remaining: await findRemaining(ada.id, null),
    movements: [await listLedger(ada.id, 25), await all(ledgerRows(ada.id))],
    credits: await creditsByDay(ada.id, 90, now),
    list: await listApiKeys(ada.id, listQuery.parse({}), now),
    page: await findListedApiKey(ada.id, old.id),
    warnings: await findWarnings(ada.id, now),
    exported: await all(exportApiKeys(ada.id, listQuery.parse({}), now)),
    usageSummary: await readUsageSummary(ada.id, { all: true, ids: [], view: DEFAULT_VIEW }, now),
    activity: [await listActivity(ada.id, {}, 25), await all(exportActivity(ada.id, {}))],
  };
  // Pages and CSV files can't show a bigint.
  expect(() => JSON.stringify(read)).not.toThrow();
  expect(read.keys.rows.map(({ requests }) => requests > 2 ** 31)).toEqual([true, true]);
  await endReplacedKeys();
  // The filled reservations exceed their account and must not block the refunds of others.
  const bob = await createUser("Bob");
  const { key: bobs } = await createKey(bob.id);
  await reserveExpired(bob.id, bobs.id);
  expect(await sweepReservations()).toBe(1);
  expect((await findRemaining(bob.id, null))?.credits).toBe(101);
  await pruneThrottles();
  await pruneCallers();
});

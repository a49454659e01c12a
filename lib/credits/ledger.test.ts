import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { creditsByDay, findLedgerRow, type LedgerRow, listLedger } from "#lib/credits/ledger.ts";
import { NO_KEY } from "#lib/credits/model/no-key.ts";
import { exportLedger, listMovements, type Movement } from "#lib/credits/movements.ts";
import { charge, findRemaining, grantCredits, refund, reserve } from "#lib/credits/store.ts";
import { pool } from "#lib/database/client.ts";
import type { From, KeysetPage } from "#lib/paging/model/keyset-page.ts";

const OPERATOR = { actor: "operator", address: null, userAgent: null } as const;
const TODAY = new Date().toISOString().slice(0, 10);

let close: () => Promise<void>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createUser();
});

const spend = (credits: number, apiKeyId: string = randomUUID(), userId = ada.id) =>
  charge({ userId, apiKeyId, credits, quota: null, cap: null });
const amounts = (rows: { amount: number }[]) => rows.map(({ amount }) => amount);

/** Adds credits on each of the last days before today, and to the balance. */
async function addOnDays(days: number, amount = 1): Promise<void> {
  await pool().query(
    `WITH "balance" AS (UPDATE "Balance" SET "credits" = "credits" + $2::int * $3::int WHERE "userId" = $1)
     INSERT INTO "CreditMovement" ("userId", "kind", "amount", "createdAt")
     SELECT $1, 'granted', $3::int, now() - make_interval(days => i) FROM generate_series(1, $2::int) i`,
    [ada.id, days, amount],
  );
}

type Read<Row> = (from: From) => Promise<KeysetPage<Row>>;

/**
 * Follows "Older" to the end and "Newer" back to the start. The newest page is a full one and may
 * repeat rows of the next.
 */
async function walk<Row>(
  read: Read<Row>,
  nameOf: (row: Row) => string,
  onPage: () => Promise<unknown> = async () => undefined,
): Promise<{ older: Row[][]; newer: Row[][] }> {
  const older: Row[][] = [];
  let page = await read(null);
  for (older.push(page.rows); page.after; older.push(page.rows)) {
    await onPage();
    page = await read(page.after);
    expect(page.before).not.toBeNull();
  }
  const newer: Row[][] = [];
  for (newer.unshift(page.rows); page.before; newer.unshift(page.rows)) {
    await onPage();
    page = await read(page.before);
  }
  const [newest = [], ...rest] = newer;
  const seen = new Set(rest.flat().map(nameOf));
  return { older, newer: [newest.filter((row) => !seen.has(nameOf(row))), ...rest] };
}

describe("the ledger by day and key", () => {
  test("has a row for each UTC day and key, with what was charged, refunded and added, and the balance at the day's end", async () => {
    const { key } = await createKey(ada.id);
    await addOnDays(2, 10);
    await spend(7, key.id);
    const reserved = await reserve({ userId: ada.id, apiKeyId: key.id, credits: 3, quota: null, cap: null }, 60);
    if (reserved.ok) await refund(ada.id, reserved.value.id);
    await grantCredits(ada.id, 5, OPERATOR);
    const { rows, before, after } = await listLedger(ada.id, 25);
    expect([before, after]).toEqual([null, null]);
    const none = { keyName: null, charged: 0, refunded: 0, isDetailed: true };
    expect(rows).toEqual([
      {
        day: TODAY,
        apiKeyId: key.id,
        keyName: "Production App",
        charged: 10,
        refunded: 3,
        added: 0,
        closing: 118,
        isDetailed: true,
      },
      { ...none, day: TODAY, apiKeyId: NO_KEY, added: 105, closing: 118 },
      { ...none, day: rows[2]?.day, apiKeyId: NO_KEY, added: 10, closing: 20 },
      { ...none, day: rows[3]?.day, apiKeyId: NO_KEY, added: 10, closing: 10 },
    ]);
    expect(await findLedgerRow(ada.id, { day: TODAY, apiKeyId: key.id })).toEqual(rows[0]);
    const spent = await creditsByDay(ada.id, 3, new Date());
    expect(spent.map(({ credits }) => credits)).toEqual([0, 0, 7]);
  });

  test("is paged both ways without a gap or a repetition, while credits are spent", async () => {
    await addOnDays(7);
    const before = (await listLedger(ada.id, 100)).rows;
    const name = ({ day, apiKeyId }: LedgerRow) => `${day} ${apiKeyId}`;
    const known = (rows: LedgerRow[]) => rows.filter(({ apiKeyId }) => apiKeyId === NO_KEY);
    const { older, newer } = await walk(
      (from) => listLedger(ada.id, 3, from),
      name,
      () => spend(1),
    );
    expect(known(older.flat()).map(name)).toEqual(before.map(name));
    expect(known(newer.flat()).map(name)).toEqual(before.map(name));
    expect(new Set(newer.flat().map(name)).size).toBe(newer.flat().length);
    // A place beyond either end gives the newest page, not an empty one.
    const newest = await listLedger(ada.id, 3);
    expect(await listLedger(ada.id, 3, { value: "2001-01-01", id: NO_KEY, towards: "later" })).toEqual(newest);
    expect(await listLedger(ada.id, 3, { value: "2099-01-01", id: NO_KEY, towards: "earlier" })).toEqual(newest);
  });
});

describe("a row of the ledger", () => {
  test("opens into its movements, paged both ways, also of one instant and while credits are spent", async () => {
    const apiKeyId = randomUUID();
    await pool().query(
      `INSERT INTO "CreditMovement" ("userId", "kind", "amount", "apiKeyId", "createdAt")
       SELECT $1, 'charged', -i, $2, date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '1 ms' * (i / 4) FROM generate_series(1, 10) i`,
      [ada.id, apiKeyId],
    );
    await spend(50);
    const row = { day: TODAY, apiKeyId };
    const name = ({ id }: Movement) => id;
    const { older } = await walk(
      (from) => listMovements(ada.id, row, 3, from),
      name,
      () => spend(1, apiKeyId),
    );
    expect(older.map(({ length }) => length)).toEqual([3, 3, 3, 1]);
    expect(amounts(older.flat()).toSorted((a, b) => a - b)).toEqual([-10, -9, -8, -7, -6, -5, -4, -3, -2, -1]);
    const { newer } = await walk((from) => listMovements(ada.id, row, 3, from), name);
    expect(amounts(newer.flat()).slice(-10)).toEqual(amounts(older.flat()));
    expect(amounts((await listMovements(ada.id, { day: TODAY, apiKeyId: NO_KEY }, 3)).rows)).toEqual([100]);
  });

  test("names what is only reserved", async () => {
    const apiKeyId = randomUUID();
    await reserve({ userId: ada.id, apiKeyId, credits: 2, quota: null, cap: null }, 60);
    const { rows } = await listMovements(ada.id, { day: TODAY, apiKeyId }, 3);
    expect(rows.map(({ kind, amount }) => [kind, amount])).toEqual([["reserved", -2]]);
  });
});

describe("the exported ledger", () => {
  test("has each movement once, also of one instant and while credits are spent", async () => {
    await pool().query(
      `INSERT INTO "CreditMovement" ("userId", "kind", "amount", "createdAt")
       SELECT $1, 'granted', i, now() - interval '1 day' * (i / 700) FROM generate_series(1, 1200) i`,
      [ada.id],
    );
    const exported: Movement[] = [];
    let pages = 0;
    for await (const part of exportLedger(ada.id)) {
      if ("movements" in part) exported.push(...part.movements);
      pages += 1;
      await spend(1);
    }
    expect(pages).toBe(4);
    expect(new Set(exported.map(({ id }) => id)).size).toBe(1_201);
    expect(amounts(exported).toSorted((a, b) => a - b)).toEqual(
      [100, ...Array.from({ length: 1_200 }, (_, i) => i + 1)].toSorted((a, b) => a - b),
    );
    const times = exported.map(({ createdAt }) => createdAt.getTime());
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });
});

test("a user sees nothing of another's ledger, whatever place or row is asked for", async () => {
  const bob = await createUser("Bob");
  const apiKeyId = randomUUID();
  await spend(7, apiKeyId, bob.id);
  const bobs = { day: TODAY, apiKeyId };
  expect((await listLedger(ada.id, 25)).rows.map((row) => row.apiKeyId)).toEqual([NO_KEY]);
  for (const towards of ["later", "earlier"] as const)
    expect(
      (await listLedger(ada.id, 25, { value: TODAY, id: apiKeyId, towards })).rows.map((row) => row.apiKeyId),
    ).toEqual([NO_KEY]);
  expect(await findLedgerRow(ada.id, bobs)).toBeNull();
  expect((await listMovements(ada.id, bobs, 25)).rows).toEqual([]);
  for await (const part of exportLedger(ada.id)) expect("movements" in part && amounts(part.movements)).toEqual([100]);
  expect((await findLedgerRow(bob.id, bobs))?.charged).toBe(7);
  expect((await findRemaining(ada.id, null))?.credits).toBe(100);
});

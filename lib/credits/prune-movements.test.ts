import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { closeDays } from "#lib/credits/close-days.ts";
import { listLedger } from "#lib/credits/ledger.ts";
import { NO_KEY } from "#lib/credits/model/no-key.ts";
import { exportLedger, listMovements } from "#lib/credits/movements.ts";
import { pruneMovements } from "#lib/credits/prune-movements.ts";
import { charge, findRemaining, grantCredits, refund, reserve } from "#lib/credits/store.ts";
import { pool } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";
import { cancelCharge } from "#lib/unconfirmed-writes/cancel-charge.ts";

const NOW = { days: 7, graceHours: 0 };
const AGES = [100, 40, 20, 9, 8, 7, 6, 1];

let close: () => Promise<void>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  await pool().query(`DELETE FROM "LedgerDetail"`);
  ada = await createUser();
  await grantCredits(ada.id, 20_000, { actor: "operator", address: null, userAgent: null });
  await spendOnDays(AGES, 2);
});

/** Charges one credit with `times` keys on each of the given days. */
async function spendOnDays(daysAgo: number[], times: number): Promise<void> {
  await pool().query(
    `WITH "balance" AS (
       UPDATE "Balance" SET "credits" = "credits" - cardinality($2::int[]) * $3::int WHERE "userId" = $1
     )
     INSERT INTO "CreditMovement" ("userId", "kind", "amount", "apiKeyId", "createdAt")
     SELECT $1, 'charged', -1, gen_random_uuid(), now() - make_interval(days => ago)
     FROM unnest($2::int[]) ago, generate_series(1, $3::int)`,
    [ada.id, daysAgo, times],
  );
}

async function countMovements(userId = ada.id): Promise<number> {
  const { rows } = await pool().query<{ count: number }>(
    `SELECT count(*)::int AS "count" FROM "CreditMovement" WHERE "userId" = $1`,
    [userId],
  );
  return rows[0]?.count ?? 0;
}
const balance = async () => (await findRemaining(ada.id, null))?.credits;

/** Sums up the exported file and counts its single movements and rolled-up rows. */
async function exported(): Promise<{ sum: number; movements: number; days: number }> {
  const all = { sum: 0, movements: 0, days: 0 };
  for await (const part of exportLedger(ada.id))
    if ("movements" in part) {
      all.movements += part.movements.length;
      for (const { amount } of part.movements) all.sum += amount;
    } else {
      all.days += part.days.length;
      for (const { added, refunded, charged } of part.days) all.sum += added + refunded - charged;
    }
  return all;
}

test("days are rolled up first and their movements removed later; page and file always sum up to the balance", async () => {
  const left = (await balance()) as number;
  const ledger = (await listLedger(ada.id, 100)).rows;
  const opened = async (ago: number) => {
    const day = new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);
    const row = ledger.find((each) => each.day === day);
    return (await listMovements(ada.id, { day, apiKeyId: row?.apiKeyId ?? NO_KEY }, 10)).rows.length;
  };
  const sums = async () => (await listLedger(ada.id, 100)).rows.map(({ isDetailed: _, ...row }) => row);
  const expected = await sums();
  expect([await exported(), await opened(100), await opened(7)]).toEqual([{ sum: left, movements: 18, days: 0 }, 1, 1]);

  expect(await pruneMovements({ days: 7 })).toBe(0);
  const rolledUp = { sum: left, movements: 8, days: 10 };
  for (let run = 0; run < 2; run += 1) {
    expect([await exported(), await opened(8), await opened(7), await countMovements()]).toEqual([rolledUp, 0, 1, 18]);
    // Exports that began earlier may still read them.
    expect(await pruneMovements({ days: 7 })).toBe(0);
  }
  expect(await pruneMovements(NOW)).toBe(10);
  expect(await pruneMovements(NOW)).toBe(0);
  expect([await exported(), await opened(8), await opened(7), await countMovements()]).toEqual([rolledUp, 0, 1, 8]);
  // A longer retention brings nothing back.
  await pruneMovements({ ...NOW, days: 90 });
  expect(await exported()).toEqual(rolledUp);
  expect(await sums()).toEqual(expected);
  await closeDays();
  expect(await sums()).toEqual(expected);
});

test("many movements are removed in steps, the oldest first, and another account's newer ones stay", async () => {
  const bob = await createUser("Bob");
  for (let times = 0; times < 6; times += 1) await spendOnDays([30, 31], 1_000);
  await pruneMovements(NOW);
  expect(await pruneMovements(NOW)).toBe(12_010);
  expect([await countMovements(), await countMovements(bob.id)]).toEqual([8, 1]);
});

test("a movement that was pruned is neither refunded nor refunded again", async () => {
  const spending = { userId: ada.id, apiKeyId: randomUUID(), credits: 3, quota: null, cap: null };
  const [charged, refunded] = [randomUUID(), randomUUID()];
  const reserved = await reserve(spending, 60);
  if (!reserved.ok) throw new Error(reserved.error);
  await charge(spending, charged);
  await charge(spending, refunded);
  await cancelCharge(refunded, spending);
  await pruneMovements({ ...NOW, days: -1 });
  expect(await pruneMovements(NOW)).toBeGreaterThan(0);
  expect(await countMovements()).toBe(0);
  const left = (await balance()) as number;
  for (const id of [charged, refunded]) await cancelCharge(id, spending);
  expect(await balance()).toBe(left);
  // The reservation, which is not pruned, decides.
  expect([await refund(ada.id, reserved.value.id), await refund(ada.id, reserved.value.id)]).toEqual([true, false]);
  expect(await balance()).toBe(left + 3);
});

test("nothing but pruning removes a movement", async () => {
  await expect(pool().query(`DELETE FROM "CreditMovement" WHERE "userId" = $1`, [ada.id])).rejects.toThrow(
    "credit movements can not be changed or deleted",
  );
});

test("the sums equal the balance at every moment, while charges, refunds, closing and pruning run", async () => {
  await spendOnDays([30], 3_000);
  const spending = { userId: ada.id, apiKeyId: randomUUID(), credits: 1, quota: null, cap: null };
  let over = false;
  const work = Promise.all([
    ...Array.from({ length: 4 }, async () => {
      while (!over) {
        const id = randomUUID();
        await charge(spending, id);
        await cancelCharge(id, spending);
        const reserved = await reserve(spending, 60);
        if (reserved.ok) await refund(ada.id, reserved.value.id);
      }
    }),
    (async () => {
      for (const days of [30, 20, 9, 7]) {
        await closeDays();
        await pruneMovements({ days, graceHours: 0 });
      }
      await pruneMovements(NOW);
      over = true;
    })(),
  ]);
  let moments = 0;
  for (; !over; moments += 1) {
    const { rows } = await pool().query(
      `SELECT b."credits", (SELECT sum("added" + "refunded" - "charged")::int FROM "CreditDay" d WHERE d."userId" = b."userId") AS "keys",
         (SELECT sum("added" + "refunded" - "charged")::int FROM "CreditDayTotal" t WHERE t."userId" = b."userId") AS "days",
         (SELECT coalesce(sum("amount"), 0)::int FROM "CreditMovement" m WHERE m."userId" = b."userId" AND "createdAt" >= l."since") +
           (SELECT coalesce(sum("added" + "refunded" - "charged"), 0)::int FROM "CreditDay" d WHERE d."userId" = b."userId"
            AND "day" < l."since" AT TIME ZONE 'UTC') AS "shown"
       FROM "Balance" b, (
         SELECT coalesce((SELECT "day" FROM "LedgerDetail"), '-infinity')::timestamp AT TIME ZONE 'UTC' AS "since"
       ) l WHERE b."userId" = $1`,
      [ada.id],
    );
    const { credits } = rows[0];
    expect(rows).toEqual([{ credits, keys: credits, days: credits, shown: credits }]);
  }
  await work;
  expect(moments).toBeGreaterThan(3);
  expect((await exported()).sum).toBe(await balance());
});

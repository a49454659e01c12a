import { randomUUID, randomUUIDv7 } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { creditsUsedThisMonth } from "#lib/credits/key-credits.ts";
import type { Spending } from "#lib/credits/spending.ts";
import { charge, grantCredits, refund, reserve } from "#lib/credits/store.ts";
import { database, pool } from "#lib/database/client.ts";
import { cancelCharge } from "#lib/unconfirmed-writes/cancel-charge.ts";

let close: () => Promise<void>;
let ada: UserId;
let apiKeyId: string;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = (await createUser()).id;
  apiKeyId = randomUUID();
});

const spending = (credits: number): Spending => ({ userId: ada, apiKeyId, credits, quota: null, cap: null });
const used = () => creditsUsedThisMonth(ada, apiKeyId);

async function reserved(credits: number): Promise<string> {
  const result = await reserve(spending(credits), 60);
  if (!result.ok) throw new Error(result.error);
  return result.value.id;
}

/** Moves everything that the key did into the previous month. */
async function aMonthPasses(): Promise<void> {
  const client = await pool().connect();
  await client.query("BEGIN");
  // A trigger makes the ledger append-only, even for its owner.
  await client.query("SET LOCAL session_replication_role = replica");
  const values = [ada, apiKeyId];
  for (const change of [
    `"CreditMovement" SET "createdAt" = "createdAt" - interval '1 month'`,
    `"CreditDay" SET "day" = "day" - interval '1 month'`,
    `"Reservation" SET "month" = "month" - interval '1 month'`,
  ])
    await client.query(`UPDATE ${change} WHERE "userId" = $1 AND "apiKeyId" = $2`, values);
  await client.query("COMMIT");
  client.release();
}

test("charges and reservations in flight count, and refunds and cancellations don't", async () => {
  expect(await used()).toBe(0);
  await charge(spending(5));
  await reserved(3);
  const failed = await reserved(7);
  const unconfirmed = randomUUIDv7();
  await charge(spending(20), unconfirmed);
  expect(await used()).toBe(35);
  await refund(ada, failed);
  await cancelCharge(unconfirmed, spending(20));
  await cancelCharge(randomUUIDv7(), spending(20));
  await grantCredits(ada, 50, { actor: "operator", address: null, userAgent: null });
  expect(await used()).toBe(8);
});

test("each key counts separately, and no other account sees it", async () => {
  await charge(spending(5));
  await charge({ ...spending(2), apiKeyId: randomUUID() });
  expect(await used()).toBe(5);
  expect(await creditsUsedThisMonth((await createUser("Bob")).id, apiKeyId)).toBe(0);
});

test("a month starts at 0, and a refund of last month's charge doesn't change that", async () => {
  await charge(spending(20));
  const late = await reserved(9);
  const canceled = randomUUIDv7();
  await charge(spending(10), canceled);
  await aMonthPasses();
  expect(await used()).toBe(0);
  await charge(spending(4));
  const early = await reserved(2);
  await refund(ada, late);
  await cancelCharge(canceled, spending(10));
  expect(await used()).toBe(6);
  expect(await charge({ ...spending(4), cap: 9 })).toEqual({ ok: false, error: "key_cap_exceeded" });
  await refund(ada, early);
  expect(await used()).toBe(4);
  expect((await charge({ ...spending(5), cap: 9 })).ok).toBe(true);
  const [sum] = await database().$queryRaw<object[]>`
    SELECT sum("charged")::int AS "charged", sum("refunded")::int AS "refunded" FROM "CreditDay" WHERE "apiKeyId" = ${apiKeyId}::uuid`;
  expect(sum).toEqual({ charged: 50, refunded: 21 });
});

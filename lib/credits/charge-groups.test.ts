import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { expectLockWaits } from "#e2e/support/lock-waits.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { asUserId, type UserId } from "#lib/accounts/model/user-id.ts";
import { chargeGroups } from "#lib/credits/charge-groups.ts";
import type { Spending } from "#lib/credits/spending.ts";
import { charge, findRemaining } from "#lib/credits/store.ts";
import { database, pool } from "#lib/database/client.ts";
import { cancelCharge } from "#lib/unconfirmed-writes/cancel-charge.ts";
import { statementDeadline } from "#lib/unconfirmed-writes/database-clock.ts";

let close: () => Promise<void>;
let groups: ReturnType<typeof chargeGroups>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  groups = chargeGroups();
  ada = await createUser();
});

const spending = (credits = 1, quota: number | null = null, userId = ada.id): Spending => ({
  userId,
  apiKeyId: randomUUID(),
  credits,
  quota,
  cap: null,
});
const make = (what: Spending, id: string = randomUUID()) => groups.ask({ ...what, id, deadline: statementDeadline() });
const leftOf = async (userId: UserId) => (await findRemaining(userId, null))?.credits;

async function expectLedgerToAgree(userId: UserId): Promise<void> {
  const { _sum } = await database().creditMovement.aggregate({ where: { userId }, _sum: { amount: true } });
  expect(_sum.amount).toBe(await leftOf(userId));
}

test("of 100 charges with 37 credits the first 37 pass, each with the balance after it", async () => {
  await charge(spending(63));
  const results = await Promise.all(Array.from({ length: 100 }, () => make(spending())));
  expect(results).toEqual([
    ...Array.from({ length: 37 }, (_, i) => ({ ok: true, value: { credits: 36 - i, requests: null } })),
    ...Array(63).fill({ ok: false, error: "no_credits" }),
  ]);
  await expectLedgerToAgree(ada.id);
});

test("of 100 charges with 23 requests left in the month the first 23 pass", async () => {
  const results = await Promise.all(Array.from({ length: 100 }, () => make(spending(1, 23))));
  expect(results.map((result) => (result.ok ? result.value.requests : result.error))).toEqual([
    ...Array.from({ length: 23 }, (_, i) => 22 - i),
    ...Array(77).fill("quota_exceeded"),
  ]);
});

test("a charge that costs too much doesn't stop a cheaper one after it", async () => {
  const results = await Promise.all([60, 50, 30, 20, 10, 1].map((credits) => make(spending(credits))));
  expect(results.map((result) => (result.ok ? result.value.credits : result.error))).toEqual([
    40,
    "no_credits",
    10,
    "no_credits",
    0,
    "no_credits",
  ]);
  await expectLedgerToAgree(ada.id);
});

test("missing credits are reported before a used-up quota, and for an account that doesn't exist", async () => {
  await charge(spending(99, 1));
  expect(
    await Promise.all([make(spending(2, 1)), make(spending(1, 1)), make(spending(1, 1, asUserId(randomUUID())))]),
  ).toEqual([
    { ok: false, error: "no_credits" },
    { ok: false, error: "quota_exceeded" },
    { ok: false, error: "no_credits" },
  ]);
});

test("a new month starts with the whole quota", async () => {
  await charge(spending(1, 1));
  await pool().query(`UPDATE "Balance" SET "month" = "month" - interval '1 month' WHERE "userId" = $1`, [ada.id]);
  expect(await Promise.all([make(spending(1, 1)), make(spending(1, 1))])).toEqual([
    { ok: true, value: { credits: 98, requests: 0 } },
    { ok: false, error: "quota_exceeded" },
  ]);
});

test("an account whose row is locked delays no other, and its charges are made once it is free", async () => {
  const others = await Promise.all(Array.from({ length: 5 }, () => createUser("Bob")));
  const holder = await pool().connect();
  await holder.query("BEGIN");
  await holder.query(`SELECT FROM "Balance" WHERE "userId" = $1 FOR UPDATE`, [ada.id]);
  const held = [make(spending()), make(spending())];
  for (let round = 0; round < 3; round += 1) {
    const results = await Promise.all(others.map(({ id }) => make(spending(1, null, id))));
    expect(results.every(({ ok }) => ok)).toBe(true);
  }
  await holder.query("COMMIT");
  holder.release();
  expect((await Promise.all(held)).map((result) => result.ok && result.value.credits)).toEqual([99, 98]);
});

test.each([
  ["a charge", undefined],
  ["a reservation", { seconds: 60 }],
])("credits granted while %s waits for the row can be spent by it", async (_, reserved) => {
  await charge(spending(100));
  const grant = await pool().connect();
  await grant.query("BEGIN");
  await grant.query(`UPDATE "Balance" SET "credits" = 10 WHERE "userId" = $1`, [ada.id]);
  const charged = groups.ask({ ...spending(4), id: randomUUID(), deadline: statementDeadline(), reserved });
  // Its statement has begun and sees no later change.
  await expectLockWaits(1);
  await grant.query("COMMIT");
  grant.release();
  expect(await charged).toEqual({ ok: true, value: { credits: 6, requests: null } });
});

test("no member of a group fails because of another: not for one that was canceled, one with a known id, or one that PostgreSQL can't read", async () => {
  const canceled = randomUUID();
  await cancelCharge(canceled, spending());
  const made = randomUUID();
  await make(spending(), made);
  const bob = await createUser("Bob");
  const results = await Promise.allSettled([
    make(spending(1)),
    make(spending(1), canceled),
    make(spending(1), made),
    make(spending(2 ** 31)),
    make(spending(1)),
    make(spending(1, null, bob.id)),
  ]);
  expect(results.map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "rejected",
    "rejected",
    "fulfilled",
    "fulfilled",
  ]);
  expect([await leftOf(ada.id), await leftOf(bob.id)]).toEqual([97, 99]);
  await expectLedgerToAgree(ada.id);
});

test("three instances at once, charges and cancellations, more accounts than one: nothing is lost and nothing charged twice", async () => {
  const users = await Promise.all(Array.from({ length: 4 }, () => createUser("Cyd")));
  const instances = Array.from({ length: 3 }, () => chargeGroups());
  const passed = new Map(users.map(({ id }) => [id, 0]));
  await Promise.all(
    Array.from({ length: 600 }, async (_, i) => {
      const { id: userId } = users[i % users.length] as { id: UserId };
      const id = randomUUID();
      const charged = instances[i % 3]?.ask({ ...spending(1, null, userId), id, deadline: null });
      if (i % 10 === 0) await Promise.all([charged?.catch(() => {}), cancelCharge(id, spending(1, null, userId))]);
      else if ((await charged)?.ok) passed.set(userId, (passed.get(userId) ?? 0) + 1);
    }),
  );
  for (const { id } of users) {
    expect((await leftOf(id)) ?? -1).toBe(100 - (passed.get(id) ?? 0));
    await expectLedgerToAgree(id);
  }
});

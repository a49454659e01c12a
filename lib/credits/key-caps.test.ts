import { randomUUID, randomUUIDv7 } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { expectLockWaits } from "#e2e/support/lock-waits.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Charged, chargeGroups } from "#lib/credits/charge-groups.ts";
import type { Charge } from "#lib/credits/charge-statement.ts";
import { creditsUsedThisMonth } from "#lib/credits/key-credits.ts";
import type { Spending } from "#lib/credits/spending.ts";
import { charge, findRemaining, refund, reserve } from "#lib/credits/store.ts";
import { pool } from "#lib/database/client.ts";
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

const spending = (cap: number | null, credits = 1, key = apiKeyId): Spending => ({
  userId: ada,
  apiKeyId: key,
  credits,
  quota: null,
  cap,
});
const used = () => creditsUsedThisMonth(ada, apiKeyId);
const outcome = (charged: Charged) => (charged.ok ? charged.value.credits : charged.error);
const EXCEEDED = { ok: false, error: "key_cap_exceeded" };

/** Makes charges or reservations in one group, in their order. */
async function together(all: Spending[], reserved?: Charge["reserved"], groups = [chargeGroups()]) {
  const made = all.map((each, i) =>
    groups[i % groups.length]?.ask({ ...each, id: randomUUIDv7(), deadline: null, reserved }),
  );
  return (await Promise.all(made)) as Charged[];
}

describe.each([
  ["charges", undefined],
  ["reservations", { seconds: 60 }],
])("%s", (_, reserved) => {
  test("of 100 with a cap of 37, the first 37 succeed, and the account keeps the other credits", async () => {
    const made = await together(Array(100).fill(spending(37)), reserved);
    expect(made.map(outcome)).toEqual([
      ...Array.from({ length: 37 }, (_, i) => 99 - i),
      ...Array(63).fill("key_cap_exceeded"),
    ]);
    expect([await used(), await findRemaining(ada, null)]).toEqual([37, { credits: 63, requests: null }]);
  });

  test("of 300 that three instances make in parallel, 37 succeed", async () => {
    const made = await together(Array(300).fill(spending(37)), reserved, [1, 2, 3].map(chargeGroups));
    expect(made.filter(({ ok }) => ok).length).toBe(37);
    expect(new Set(made.flatMap((each) => (each.ok ? [] : each.error)))).toEqual(new Set(["key_cap_exceeded"]));
    expect(await used()).toBe(37);
  });

  test("each key of a group has its own cap, and a reached cap stops no other key and no cheaper charge", async () => {
    const [second, free] = [randomUUID(), randomUUID()];
    const made = await together(
      [
        spending(10, 8),
        spending(5, 5, second),
        spending(10, 3),
        spending(5, 1, second),
        spending(10, 2),
        spending(null, 60, free),
        spending(10, 1),
        spending(null, 30, free),
      ],
      reserved,
    );
    expect(made.map(outcome)).toEqual([
      92,
      87,
      "key_cap_exceeded",
      "key_cap_exceeded",
      85,
      25,
      "key_cap_exceeded",
      "no_credits",
    ]);
  });
});

test("a cap of 0 rejects every charge, but an empty account is reported first", async () => {
  expect(await charge(spending(0))).toEqual(EXCEEDED);
  expect(await charge({ ...spending(0), credits: 101 })).toEqual({ ok: false, error: "no_credits" });
  expect(await charge({ ...spending(0), quota: 0 })).toEqual({ ok: false, error: "quota_exceeded" });
  expect((await charge(spending(null))).ok).toBe(true);
});

test("a cap includes what was spent before it was set, and a changed cap applies to the next charge", async () => {
  await charge(spending(null, 30));
  expect(await charge(spending(30))).toEqual(EXCEEDED);
  expect((await charge(spending(31))).ok).toBe(true);
  expect(await charge(spending(31))).toEqual(EXCEEDED);
  expect((await charge(spending(40, 9))).ok).toBe(true);
  expect(await charge(spending(20))).toEqual(EXCEEDED);
});

test("refunds and cancellations free up the cap", async () => {
  const [reserved, canceled] = [await reserve(spending(10, 6), 60), randomUUIDv7()];
  await charge(spending(10, 4), canceled);
  expect(await charge(spending(10))).toEqual(EXCEEDED);
  if (reserved.ok) await refund(ada, reserved.value.id);
  await cancelCharge(canceled, spending(10));
  expect((await charge(spending(10, 10))).ok).toBe(true);
  expect(await charge(spending(10))).toEqual(EXCEEDED);
});

test("parallel charges and refunds of many accounts and keys never exceed a cap, and none fails", async () => {
  const accounts = await Promise.all(Array.from({ length: 4 }, async () => (await createUser()).id));
  const keys = accounts.flatMap((userId) => [1, 2].map(() => ({ userId, apiKeyId: randomUUID() })));
  const groups = [chargeGroups(), chargeGroups(), chargeGroups()];
  await Promise.all(
    Array.from({ length: 600 }, async (_, i) => {
      const id = randomUUIDv7();
      const own = { ...spending(7), ...keys[i % keys.length] };
      const reserved = i % 3 === 0 ? { seconds: 60 } : undefined;
      const made = await groups[i % 3]?.ask({ ...own, id, deadline: null, reserved });
      if (made?.ok && i % 5 < 2) await (reserved ? refund(own.userId, id) : cancelCharge(id, own));
      else expect([true, "key_cap_exceeded"]).toContain(made?.ok || made?.error);
      expect(await creditsUsedThisMonth(own.userId, own.apiKeyId)).toBeLessThanOrEqual(7);
    }),
  );
  for (const key of keys) {
    const { rows } = await pool().query(
      `SELECT -sum("amount")::int AS "sum" FROM "CreditMovement" WHERE "apiKeyId" = $1`,
      [key.apiKeyId],
    );
    expect(await creditsUsedThisMonth(key.userId, key.apiKeyId)).toBe(rows[0]?.sum);
    expect(rows[0]?.sum).toBeGreaterThan(0);
  }
});

test("a charge that waited for its account's row includes what was spent in the meantime", async () => {
  const other = await pool().connect();
  await other.query("BEGIN");
  await other.query(`UPDATE "Balance" SET "credits" = "credits" - 5 WHERE "userId" = $1`, [ada]);
  const waiting = charge(spending(5));
  // Its statement has started, and its snapshot has no row of the key.
  await expectLockWaits(1);
  await other.query(
    `INSERT INTO "CreditMovement" ("userId", "kind", "amount", "apiKeyId") VALUES ($1, 'charged', -5, $2)`,
    [ada, apiKeyId],
  );
  await other.query("COMMIT");
  other.release();
  expect(await waiting).toEqual(EXCEEDED);
  expect(await used()).toBe(5);
});

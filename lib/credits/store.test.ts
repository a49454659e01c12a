import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { asUserId, type UserId } from "#lib/accounts/model/user-id.ts";
import type { Spending } from "#lib/credits/spending.ts";
import {
  CREDITS_MAX,
  charge,
  findRemaining,
  grantCredits,
  refund,
  reserve,
  settle,
  sweepReservations,
} from "#lib/credits/store.ts";
import { database, pool } from "#lib/database/client.ts";

const OPERATOR = { actor: "operator", address: null, userAgent: null } as const;

let close: () => Promise<void>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createUser();
});

const spending = (credits = 1, quota: number | null = null): Spending => ({
  userId: ada.id,
  apiKeyId: randomUUID(),
  credits,
  quota,
  cap: null,
});
async function ledgerSum(userId = ada.id): Promise<number> {
  const { _sum } = await database().creditMovement.aggregate({ where: { userId }, _sum: { amount: true } });
  return _sum.amount ?? 0;
}
const credits = async (userId = ada.id) => (await findRemaining(userId, null))?.credits;
const succeeded = (results: { ok: boolean }[]) => results.filter(({ ok }) => ok).length;

async function setBalance(wanted: number): Promise<void> {
  if (wanted < 100) await charge(spending(100 - wanted));
  expect(await credits()).toBe(wanted);
}

describe("spending", () => {
  test.each([
    ["charges", (): Promise<{ ok: boolean }> => charge(spending())],
    ["reservations", (): Promise<{ ok: boolean }> => reserve(spending(), 60)],
  ])("of 100 parallel %s with 37 credits, exactly 37 pass and the balance ends at 0", async (_, spend) => {
    await setBalance(37);
    const results = await Promise.all(Array.from({ length: 100 }, spend));
    expect(succeeded(results)).toBe(37);
    expect(await credits()).toBe(0);
    expect(await ledgerSum()).toBe(0);
  });

  test("of 100 parallel charges with a quota of 23 a month, exactly 23 pass", async () => {
    const results = await Promise.all(Array.from({ length: 100 }, () => charge(spending(1, 23))));
    expect(succeeded(results)).toBe(23);
    expect(await findRemaining(ada.id, 23)).toEqual({ credits: 77, requests: 0 });
  });

  test("a charge that costs too much takes no credits and no request", async () => {
    await setBalance(5);
    const before = await findRemaining(ada.id, 10);
    expect(await charge(spending(6, 10))).toEqual({ ok: false, error: "no_credits" });
    expect(await findRemaining(ada.id, 10)).toEqual(before);
    expect(await charge(spending(5, 10))).toMatchObject({ ok: true, value: { credits: 0 } });
  });

  test("a rejection says which of the two was used up, and credits first", async () => {
    const rejections = async (quota: number | null) => [
      await charge(spending(6, quota)),
      await reserve(spending(6, quota), 60),
    ];
    const twice = (error: string) => Array(2).fill({ ok: false, error });
    await charge(spending(1, 1));
    expect(await rejections(1)).toEqual(twice("quota_exceeded"));
    await charge(spending(94, 2));
    expect(await rejections(2)).toEqual(twice("no_credits"));
    expect(await rejections(null)).toEqual(twice("no_credits"));
    expect(await charge({ ...spending(), userId: asUserId(randomUUID()) })).toEqual({ ok: false, error: "no_credits" });
  });

  test("parallel rejections all name the right cause", async () => {
    await setBalance(37);
    const poor = await Promise.all(Array.from({ length: 100 }, () => charge(spending(1, 1_000))));
    expect(new Set(poor.map((result) => !result.ok && result.error))).toEqual(new Set([false, "no_credits"]));
    ada = await createUser();
    const many = await Promise.all(Array.from({ length: 100 }, () => charge(spending(1, 23))));
    expect(new Set(many.map((result) => !result.ok && result.error))).toEqual(new Set([false, "quota_exceeded"]));
  });

  test("a new month starts with the whole quota", async () => {
    await charge(spending(1, 1));
    expect((await charge(spending(1, 1))).ok).toBe(false);
    await pool().query(`UPDATE "Balance" SET "month" = "month" - interval '1 month' WHERE "userId" = $1`, [ada.id]);
    expect(await findRemaining(ada.id, 1)).toEqual({ credits: 99, requests: 1 });
    expect(await charge(spending(1, 1))).toEqual({ ok: true, value: { credits: 98, requests: 0 } });
  });

  test("a charge changes only its own account's balance", async () => {
    const bob = await createUser("Bob");
    await setBalance(0);
    expect((await charge(spending())).ok).toBe(false);
    expect(await credits(bob.id)).toBe(100);
  });
});

describe("reservations", () => {
  async function reserved(quota: number | null = null): Promise<string> {
    const result = await reserve(spending(3, quota), 60);
    if (!result.ok) throw new Error(result.error);
    return result.value.id;
  }

  test("a refund returns credits and the month's request", async () => {
    const id = await reserved(10);
    expect(await findRemaining(ada.id, 10)).toEqual({ credits: 97, requests: 9 });
    expect(await refund(ada.id, id)).toBe(true);
    expect(await findRemaining(ada.id, 10)).toEqual({ credits: 100, requests: 10 });
    expect(await ledgerSum()).toBe(100);
  });

  test("a refund of last month's request leaves this month's count alone", async () => {
    const id = await reserved(10);
    await pool().query(`UPDATE "Reservation" SET "month" = "month" - interval '1 month' WHERE "id" = $1`, [id]);
    expect(await refund(ada.id, id)).toBe(true);
    expect(await findRemaining(ada.id, 10)).toEqual({ credits: 100, requests: 9 });
  });

  test("of parallel settlements, refunds and sweeps of one reservation, exactly one decides", async () => {
    for (let round = 0; round < 10; round += 1) {
      const before = (await credits()) ?? 0;
      const id = await reserved();
      await pool().query(`UPDATE "Reservation" SET "expiresAt" = now() - interval '1 second' WHERE "id" = $1`, [id]);
      const settled = Array.from({ length: 5 }, () => settle(ada.id, id));
      const refunded = Array.from({ length: 5 }, () => refund(ada.id, id));
      const swept = Array.from({ length: 5 }, () => sweepReservations());
      const settlements = (await Promise.all(settled)).filter(Boolean).length;
      const refunds = (await Promise.all(refunded)).filter(Boolean).length;
      const sweeps = (await Promise.all(swept)).reduce((sum, count) => sum + count, 0);
      expect(settlements + refunds + sweeps).toBe(1);
      expect(await credits()).toBe(settlements ? before - 3 : before);
      expect(await ledgerSum()).toBe(await credits());
    }
  });

  test("the sweep refunds what is overdue, of any number of users, and nothing else", async () => {
    const bob = await createUser("Bob");
    const overdue = await Promise.all([
      reserved(),
      reserved(),
      reserve({ ...spending(7), userId: bob.id }, 60).then((result) => (result.ok ? result.value.id : "")),
    ]);
    const open = await reserved();
    await pool().query(`UPDATE "Reservation" SET "expiresAt" = now() - interval '1 second' WHERE "id" = ANY($1)`, [
      overdue,
    ]);
    expect(await sweepReservations()).toBe(3);
    expect(await sweepReservations()).toBe(0);
    expect([await credits(), await credits(bob.id)]).toEqual([97, 100]);
    expect(await settle(ada.id, open)).toBe(true);
  });

  test("parallel refunds and charges of one account lose nothing", async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => reserved()));
    await Promise.all(ids.flatMap((id) => [refund(ada.id, id), charge(spending(1))]));
    expect(await credits()).toBe(80);
    expect(await ledgerSum()).toBe(80);
  });
});

describe("the operator's grant", () => {
  test("raises the balance, with a movement and a record", async () => {
    expect(await grantCredits(ada.id, 250, OPERATOR)).toEqual({ ok: true, value: 350 });
    expect(await ledgerSum()).toBe(350);
    const record = await database().activity.findFirstOrThrow({ where: { userId: ada.id } });
    expect(record).toMatchObject({ action: "account.credits_granted", actor: "operator", details: { credits: 250 } });
  });

  test("is rejected for an unknown account, and above what a balance may hold", async () => {
    expect(await grantCredits(asUserId(randomUUID()), 1, OPERATOR)).toEqual({ ok: false, error: "not_found" });
    expect(await grantCredits(ada.id, CREDITS_MAX, OPERATOR)).toEqual({ ok: false, error: "too_many" });
    expect(await credits()).toBe(100);
  });
});

test("the database itself keeps credits from going below zero, and the ledger as it is", async () => {
  const change = (statement: string) => pool().query(statement, [ada.id]);
  await expect(change(`UPDATE "Balance" SET "credits" = -1 WHERE "userId" = $1`)).rejects.toThrow("not_negative");
  await expect(change(`UPDATE "CreditMovement" SET "amount" = 1 WHERE "userId" = $1`)).rejects.toThrow("changed");
  await expect(change(`DELETE FROM "CreditMovement" WHERE "userId" = $1`)).rejects.toThrow("changed");
});

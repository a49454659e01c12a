import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { expectLockWaits } from "#e2e/support/lock-waits.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { exportLedger } from "#lib/credits/movements.ts";
import type { Spending } from "#lib/credits/spending.ts";
import { charge, findRemaining, refund, reserve, settle } from "#lib/credits/store.ts";
import { database, pool } from "#lib/database/client.ts";
import { UnavailableError } from "#lib/database/unavailable.ts";
import { cancelCharge } from "#lib/unconfirmed-writes/cancel-charge.ts";
import { DEADLINE_MS } from "#lib/unconfirmed-writes/in-time.ts";

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
async function ledgerSum(): Promise<number> {
  const { _sum } = await database().creditMovement.aggregate({ where: { userId: ada.id }, _sum: { amount: true } });
  return _sum.amount ?? 0;
}
const credits = async () => (await findRemaining(ada.id, null))?.credits;

describe("an unconfirmed charge or reservation", () => {
  const KINDS: [string, (id: string) => Promise<string>][] = [
    ["a charge", async (id) => ((await charge(spending(7, 10), id)).ok ? id : "")],
    ["an open reservation", () => reserved()],
    [
      "a settled one",
      async () => {
        const id = await reserved();
        await settle(ada.id, id);
        return id;
      },
    ],
  ];
  async function reserved(): Promise<string> {
    const result = await reserve(spending(7, 10), 60);
    return result.ok ? result.value.id : "";
  }

  test.each(KINDS)("%s is refunded with the month's request, once however often it is canceled", async (_, make) => {
    const id = await make(randomUUID());
    expect(await findRemaining(ada.id, 10)).toEqual({ credits: 93, requests: 9 });
    await Promise.all(Array.from({ length: 10 }, () => cancelCharge(id, spending())));
    await cancelCharge(id, spending());
    expect(await refund(ada.id, id)).toBe(false);
    expect(await settle(ada.id, id)).toBe(false);
    expect(await findRemaining(ada.id, 10)).toEqual({ credits: 100, requests: 10 });
    expect(await ledgerSum()).toBe(100);
  });

  test("a charge that arrives after its cancellation changes nothing, and the ledger shows nothing", async () => {
    const id = randomUUID();
    await cancelCharge(id, spending());
    await expect(charge(spending(7), id)).rejects.toThrow();
    expect(await credits()).toBe(100);
    expect((await exportLedger(ada.id).next()).value).toMatchObject({ movements: [{ kind: "signup" }] });
  });

  test("whichever of a charge and its cancellation comes first, nothing is paid", async () => {
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => {
        const id = randomUUID();
        const pair = [() => charge(spending(1), id).catch(() => {}), () => cancelCharge(id, spending())];
        return Promise.all((i % 2 ? pair : pair.reverse()).map((start) => start()));
      }),
    );
    expect(await findRemaining(ada.id, 10)).toEqual({ credits: 100, requests: 10 });
    expect(await ledgerSum()).toBe(100);
  });

  test("a reservation that was refunded already is not refunded again", async () => {
    const id = await reserved();
    await Promise.all([
      refund(ada.id, id),
      cancelCharge(id, spending()),
      cancelCharge(id, spending()),
      refund(ada.id, id),
    ]);
    expect(await credits()).toBe(100);
    expect(await ledgerSum()).toBe(100);
    expect(await database().reservation.count({ where: { userId: ada.id } })).toBe(0);
  });
});

describe("after waiting for a lock that was released without a change", () => {
  /** Locks a row until the returned function is called. */
  async function lock(table: "Balance" | "Reservation"): Promise<() => Promise<void>> {
    const client = await pool().connect();
    await client.query("BEGIN");
    await client.query(`SELECT FROM "${table}" WHERE "userId" = $1 FOR UPDATE`, [ada.id]);
    return async () => {
      await client.query("ROLLBACK");
      client.release();
    };
  }
  test.each([
    ["a charge", (): Promise<unknown> => charge(spending())],
    ["a reservation", (): Promise<unknown> => reserve(spending(), 60)],
  ])("%s that comes too late takes nothing", async (_, spend) => {
    // The first charge syncs the clock.
    await charge(spending());
    const unlock = await lock("Balance");
    // Waits for a connection first, so that the database's own timeout comes after the deadline.
    const others = await Promise.all(Array.from({ length: 19 }, () => pool().connect()));
    const start = Date.now();
    const late = expect(spend()).rejects.toThrow(UnavailableError);
    const passed = (ms: number) => expect.poll(() => Date.now() - start, { timeout: ms + 1_000 }).toBeGreaterThan(ms);
    await passed(DEADLINE_MS / 2);
    for (const other of others) other.release();
    await expectLockWaits(1);
    await passed(DEADLINE_MS + 400);
    await unlock();
    await late;
    expect(await credits()).toBe(99);
    expect(await ledgerSum()).toBe(99);
  });

  test("a settlement that comes too late settles nothing", async () => {
    const reserved = await reserve(spending(), 60);
    const id = reserved.ok ? reserved.value.id : "";
    const unlock = await lock("Reservation");
    const deadline = Date.now() + 300;
    const late = expect(settle(ada.id, id, { deadline })).rejects.toThrow(UnavailableError);
    await expectLockWaits(1);
    await expect.poll(() => Date.now()).toBeGreaterThan(deadline);
    await unlock();
    await late;
    expect(await refund(ada.id, id)).toBe(true);
  });
});

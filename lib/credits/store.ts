import { randomUUIDv7 } from "node:crypto";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { chargeGroups } from "#lib/credits/charge-groups.ts";
import type { Charge } from "#lib/credits/charge-statement.ts";
import { RefundGroups } from "#lib/credits/refund-groups.ts";
import { SettlementGroups } from "#lib/credits/settlement-groups.ts";
import { type Remaining, type SpendError, type Spending, toRemaining } from "#lib/credits/spending.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { inSteps } from "#lib/database/in-steps.ts";
import { isRejectedForContent } from "#lib/database/unavailable.ts";
import { log } from "#lib/log.ts";
import { err, ok, type Result } from "#lib/result.ts";
import { statementDeadline } from "#lib/unconfirmed-writes/database-clock.ts";

/** Credits taken for work that is still running. */
export type Reservation = { id: string; remaining: Remaining };

export const CREDITS_MAX = 1_000_000_000;
/** Refunds in one statement, which locks the balances of their accounts. */
const SWEEP_STEP_ROWS = 100;

/**
 * Writes a new account's balance and its sign-up credits, in the transaction that creates the
 * account.
 */
export async function openBalance(transaction: Transaction, userId: UserId, credits: number): Promise<void> {
  await transaction.$executeRaw`
    WITH "balance" AS (
      INSERT INTO "Balance" ("userId", "credits", "afterAdding", "month")
      VALUES (${userId}::uuid, ${credits}::int, ${credits}::int, date_trunc('month', now() AT TIME ZONE 'UTC')::date)
    )
    INSERT INTO "CreditMovement" ("userId", "kind", "amount") SELECT ${userId}::uuid, 'signup', ${credits}::int WHERE ${credits}::int > 0`;
}

/**
 * Adds credits as the operator and returns the new balance. `too_many`: the balance would exceed
 * {@link CREDITS_MAX}.
 */
export function grantCredits(
  userId: UserId,
  credits: number,
  caller: Caller,
): Promise<Result<number, "not_found" | "too_many">> {
  return database().$transaction(async (transaction) => {
    const rows = await transaction.$queryRaw<{ credits: number }[]>`
      WITH "balance" AS (
        UPDATE "Balance" SET "credits" = "credits" + ${credits}, "afterAdding" = "credits" + ${credits}
        WHERE "userId" = ${userId}::uuid AND "credits" <= ${CREDITS_MAX - credits} RETURNING "credits"
      ), "movement" AS (
        INSERT INTO "CreditMovement" ("userId", "kind", "amount") SELECT ${userId}::uuid, 'granted', ${credits}::int FROM "balance"
      )
      SELECT "credits" FROM "balance"`;
    if (!rows[0]) return err((await transaction.balance.count({ where: { userId } })) ? "too_many" : "not_found");
    await recordActivity(transaction, caller, { userId, action: "account.credits_granted", details: { credits } });
    return ok(rows[0].credits);
  });
}

const charges = chargeGroups();
const settlements = new SettlementGroups();
const refunds = new RefundGroups();

/**
 * Spends credits and one of the month's requests, or nothing. Exact for any number of parallel
 * calls, which share statements. `id` is for {@link cancelCharge}; throws if the cancellation came
 * first.
 */
export function charge(spending: Spending, id: string = randomUUIDv7()): Promise<Result<Remaining, SpendError>> {
  const charged = charges.ask({ ...spending, id, deadline: statementDeadline() });
  return charged as Promise<Result<Remaining, SpendError>>;
}

/**
 * Spends until {@link settle} or {@link refund} decides. If a crash leaves it open for `seconds`,
 * the sweep refunds it. `id` is for {@link cancelCharge}; throws if the cancellation came first.
 * `running`: another request holds the idempotency key.
 */
export async function reserve(
  spending: Spending,
  seconds: number,
  id: string = randomUUIDv7(),
  idempotencyKey?: NonNullable<Charge["reserved"]>["idempotencyKey"],
): Promise<Result<Reservation, SpendError | "running">> {
  const reserved = await charges.ask({
    ...spending,
    id,
    deadline: statementDeadline(),
    reserved: { seconds, idempotencyKey },
  });
  return reserved.ok ? ok({ id, remaining: reserved.value }) : reserved;
}

/** Returns what the account may still spend, or null if the account doesn't exist. */
export async function findRemaining(userId: UserId, quota: number | null): Promise<Remaining | null> {
  const balance = await findBalance(userId);
  return balance && toRemaining(balance, quota);
}

/**
 * Returns the credits left and the costed requests of this UTC month, or null if the account
 * doesn't exist.
 */
export async function findBalance(userId: UserId): Promise<{ credits: number; requests: number } | null> {
  const rows = await database().$queryRaw<{ credits: number; requests: number }[]>`
    SELECT "credits",
           CASE WHEN "month" = date_trunc('month', now() AT TIME ZONE 'UTC')::date THEN "requests" ELSE 0 END AS "requests"
    FROM "Balance" WHERE "userId" = ${userId}::uuid`;
  return rows[0] ?? null;
}

/** Returns the credits that requests in flight have reserved. */
export async function findReserved(userId: UserId): Promise<number> {
  const { _sum } = await database().reservation.aggregate({ where: { userId }, _sum: { credits: true } });
  return _sum.credits ?? 0;
}

/**
 * Keeps the reserved credits spent, because the work is done. Stores `answer` under the
 * reservation's idempotency key. Returns false if the reservation was already refunded.
 *
 * @throws if the database gets to it only after the `deadline`; nothing changes then.
 */
export function settle(
  userId: UserId,
  reservationId: string,
  { answer = null, deadline = statementDeadline() }: { answer?: string | null; deadline?: number | null } = {},
): Promise<boolean> {
  return settlements.settle({ id: reservationId, userId, answer, deadline });
}

/**
 * Returns the credits and the month's request, because the work failed. Returns false if the
 * reservation was already settled or refunded.
 */
export function refund(userId: UserId, reservationId: string): Promise<boolean> {
  return refunds.refund({ id: reservationId, userId });
}

/** Refunds the reservations that a crash left open, in steps. Returns how many it refunded. */
export async function sweepReservations(signal?: AbortSignal): Promise<number> {
  let all = 0;
  let last = { expiresAt: "-infinity", id: "00000000-0000-0000-0000-000000000000", userId: "" as UserId };
  await inSteps(async () => {
    // Starts after the last one, because a reservation that the database rejects stays.
    const expired = await database().$queryRaw<(typeof last)[]>`
      SELECT "id"::text, "expiresAt"::text, "userId"::text FROM "Reservation"
      WHERE "expiresAt" <= now() AND ("expiresAt", "id") > (${last.expiresAt}::timestamptz, ${last.id}::uuid)
      ORDER BY "expiresAt", "id" LIMIT ${SWEEP_STEP_ROWS}`;
    const refunded = await Promise.all(expired.map(({ id, userId }) => refund(userId, id).catch(leaveRejected(id))));
    all += refunded.filter(Boolean).length;
    last = expired.at(-1) ?? last;
    return expired.length === SWEEP_STEP_ROWS;
  }, signal);
  return all;
}

/** Skips a refund whose content the database rejects, so that the others are refunded. */
const leaveRejected = (reservation: string) => (error: unknown) => {
  if (!isRejectedForContent(error)) throw error;
  log().error({ err: error, reservation }, "the database rejects a refund");
  return false;
};

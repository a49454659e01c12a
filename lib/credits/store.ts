import { randomUUIDv7 } from "node:crypto";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { chargeGroups } from "#lib/credits/charge-groups.ts";
import type { Charge } from "#lib/credits/charge-statement.ts";
import { REFUND_ID, RefundGroups } from "#lib/credits/refund-groups.ts";
import { SettlementGroups } from "#lib/credits/settlement-groups.ts";
import { type Remaining, type SpendError, type Spending, toRemaining } from "#lib/credits/spending.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { statementDeadline } from "#lib/database/clock.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { inSteps } from "#lib/database/in-steps.ts";
import { isRefusedForContent } from "#lib/database/unavailable.ts";
import { log } from "#lib/log.ts";
import { err, ok, type Result } from "#lib/result.ts";

/** Credits taken for work that is not finished. */
export type Reservation = { id: string; remaining: Remaining };

export const CREDITS_MAX = 1_000_000_000;
/** Refunds that share a statement, which has the balances of their accounts locked. */
const SWEPT_ROWS = 100;

/** Gives a new account its first credits; part of the transaction that makes the account. */
export async function openBalance(transaction: Transaction, userId: UserId, credits: number): Promise<void> {
  await transaction.$executeRaw`
    WITH "balance" AS (
      INSERT INTO "Balance" ("userId", "credits", "month")
      VALUES (${userId}::uuid, ${credits}::int, date_trunc('month', now() AT TIME ZONE 'UTC')::date)
    )
    INSERT INTO "CreditMovement" ("userId", "kind", "amount") SELECT ${userId}::uuid, 'signup', ${credits}::int WHERE ${credits}::int > 0`;
}

/** The operator's gift. `too_many`: the balance would be more than {@link CREDITS_MAX}. Returns the new balance. */
export function grantCredits(
  userId: UserId,
  credits: number,
  caller: Caller,
): Promise<Result<number, "not_found" | "too_many">> {
  return database().$transaction(async (transaction) => {
    const rows = await transaction.$queryRaw<{ credits: number }[]>`
      WITH "balance" AS (
        UPDATE "Balance" SET "credits" = "credits" + ${credits}
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
 * Spends for good: credits and one of the month's requests, or nothing at all. Exact for any number of parallel calls, which share
 * statements. `id` is for {@link takeBack}; where that was faster, this throws.
 */
export function charge(spending: Spending, id: string = randomUUIDv7()): Promise<Result<Remaining, SpendError>> {
  const charged = charges.ask({ ...spending, id, deadline: statementDeadline() });
  return charged as Promise<Result<Remaining, SpendError>>;
}

/**
 * Spends until {@link settle} or {@link refund} decides. A crash that leaves it open for `seconds` makes the sweep refund it. `id` is
 * for {@link takeBack}; where that was faster, this throws. `running`: another request has the idempotency key.
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

/** What is left, or null for an account that doesn't exist. */
export async function findRemaining(userId: UserId, quota: number | null): Promise<Remaining | null> {
  const rows = await database().$queryRaw<{ credits: number; requests: number }[]>`
    SELECT "credits",
           CASE WHEN "month" = date_trunc('month', now() AT TIME ZONE 'UTC')::date THEN "requests" ELSE 0 END AS "requests"
    FROM "Balance" WHERE "userId" = ${userId}::uuid`;
  return rows[0] ? toRemaining(rows[0], quota) : null;
}

/** Credits that requests in flight have reserved. */
export async function findReserved(userId: UserId): Promise<number> {
  const { _sum } = await database().reservation.aggregate({ where: { userId }, _sum: { credits: true } });
  return _sum.credits ?? 0;
}

/**
 * The work is done: what was reserved stays spent. False where it was refunded meanwhile. `answer` is kept under the reservation's
 * idempotency key.
 *
 * @throws if the database comes to it only after the `deadline`: then it changes nothing.
 */
export function settle(
  userId: UserId,
  reservationId: string,
  { answer = null, deadline = statementDeadline() }: { answer?: string | null; deadline?: number | null } = {},
): Promise<boolean> {
  return settlements.settle({ id: reservationId, userId, answer, deadline });
}

/** The work failed: credits and the month's request come back. False where that was settled or refunded already. */
export function refund(userId: UserId, reservationId: string): Promise<boolean> {
  return refunds.refund({ id: reservationId, userId });
}

/**
 * Makes sure that the charge or reservation `id` costs nothing, whatever became of it: what was spent comes back, once however
 * often this is called, and what was not spent yet never will be. For when nobody knows whether a statement took effect.
 */
export async function takeBack(id: string, { userId, apiKeyId }: Omit<Spending, "credits" | "quota">): Promise<void> {
  // A movement of nothing takes the charge's place: a statement that still waits somewhere then fails as a duplicate.
  const unspent = await database().$executeRaw`
    INSERT INTO "CreditMovement" ("id", "userId", "kind", "amount", "apiKeyId")
    VALUES (${id}::uuid, ${userId}::uuid, 'charged', 0, ${apiKeyId}::uuid) ON CONFLICT ("id") DO NOTHING`;
  if (unspent === 1) return;
  // The account is locked first, as by groups. What locks it must be read by what changes it: a part that nothing reads runs last.
  await database().$executeRaw`
    WITH "locked" AS (
      SELECT "userId" FROM "Balance" WHERE "userId" = ${userId}::uuid FOR NO KEY UPDATE
    ), "closed" AS (
      DELETE FROM "Reservation" r USING "locked" l WHERE r."id" = ${id}::uuid AND r."userId" = l."userId"
    ), "charge" AS (
      SELECT m.*, date_trunc('month', "createdAt" AT TIME ZONE 'UTC')::date AS "month"
      FROM "locked" l, "CreditMovement" m WHERE m."id" = ${id}::uuid AND m."userId" = l."userId" AND "amount" < 0
    ), "movement" AS (
      INSERT INTO "CreditMovement" ("id", "userId", "kind", "amount", "apiKeyId", "reservationId")
      SELECT ${Prisma.raw(REFUND_ID)}, "userId", 'refunded', -"amount", "apiKeyId", "reservationId" FROM "charge"
      ON CONFLICT ("id") DO NOTHING RETURNING "amount"
    )
    UPDATE "Balance" b SET "credits" = b."credits" + m."amount", "requests" = b."requests" - (b."month" = c."month")::int
    FROM "movement" m, "charge" c WHERE b."userId" = c."userId"`;
}

/** Refunds what a crash left open, in steps; returns how many reservations that were. */
export async function sweepReservations(signal?: AbortSignal): Promise<number> {
  let all = 0;
  let last = { expiresAt: "-infinity", id: "00000000-0000-0000-0000-000000000000", userId: "" as UserId };
  await inSteps(async () => {
    // Behind the last one: one that the database refuses stays.
    const expired = await database().$queryRaw<(typeof last)[]>`
      SELECT "id"::text, "expiresAt"::text, "userId"::text FROM "Reservation"
      WHERE "expiresAt" <= now() AND ("expiresAt", "id") > (${last.expiresAt}::timestamptz, ${last.id}::uuid)
      ORDER BY "expiresAt", "id" LIMIT ${SWEPT_ROWS}`;
    const refunded = await Promise.all(expired.map(({ id, userId }) => refund(userId, id).catch(leaveRefused(id))));
    all += refunded.filter(Boolean).length;
    last = expired.at(-1) ?? last;
    return expired.length === SWEPT_ROWS;
  }, signal);
  return all;
}

/** One that the database refuses stays, and must not keep the others from being refunded. */
const leaveRefused = (reservation: string) => (error: unknown) => {
  if (!isRefusedForContent(error)) throw error;
  log().error({ err: error, reservation }, "the database refuses a refund");
  return false;
};

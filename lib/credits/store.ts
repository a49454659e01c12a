import { randomUUID } from "node:crypto";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { ChargeGroups } from "#lib/credits/charge-groups.ts";
import { REQUESTS_MAX, type Remaining, type SpendError, type Spending, toRemaining } from "#lib/credits/spending.ts";
import { type Database, database, type Transaction } from "#lib/database/client.ts";
import { hearClock, refuseLate, statementDeadline } from "#lib/database/clock.ts";
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

/**
 * Volatile, so it is read when a row is looked at. A condition that must be read after waiting for a lock needs the row to be locked by
 * a part of the statement that comes before: a lock that another transaction gave up without a change isn't looked at again.
 */
const CLOCK = Prisma.sql`(extract(epoch FROM clock_timestamp()) * 1000)::float8`;

/** A charge's refund has its id as a UUID of version 8, which no charge has: so the ledger can't hold a second one. */
const REFUND_ID = Prisma.sql`overlay("id"::text PLACING '8' FROM 15)::uuid`;

/** Gives a new account its first credits; part of the transaction that makes the account. */
export async function openBalance(transaction: Transaction, userId: string, credits: number): Promise<void> {
  await transaction.$executeRaw`
    WITH "balance" AS (
      INSERT INTO "Balance" ("userId", "credits", "month")
      VALUES (${userId}::uuid, ${credits}::int, date_trunc('month', now() AT TIME ZONE 'UTC')::date)
    )
    INSERT INTO "CreditMovement" ("userId", "kind", "amount") SELECT ${userId}::uuid, 'signup', ${credits}::int WHERE ${credits}::int > 0`;
}

/** The operator's gift. `too_many`: the balance would be more than {@link CREDITS_MAX}. Returns the new balance. */
export function grantCredits(
  userId: string,
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

const charges = new ChargeGroups();

/**
 * Spends for good: credits and one of the month's requests, or nothing at all. Exact for any number of parallel calls, which share
 * statements. `id` is for {@link takeBack}; where that was faster, this throws.
 */
export function charge(spending: Spending, id: string = randomUUID()): Promise<Result<Remaining, SpendError>> {
  return charges.charge(spending, id);
}

/**
 * Spends until {@link settle} or {@link refund} decides. A crash that leaves it open for `seconds` makes the sweep refund it. `id` is
 * for {@link takeBack}; where that was faster, this throws.
 */
export async function reserve(
  spending: Spending,
  seconds: number,
  db: Database | Transaction = database(),
  id: string = randomUUID(),
): Promise<Result<Reservation, SpendError>> {
  const { userId, apiKeyId, credits, quota } = spending;
  const deadline = statementDeadline();
  const sentAt = Date.now();
  const rows = await db.$queryRaw<{ clock: number; credits: number | null; requests: number }[]>`
    WITH "now" AS (
      SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date AS "month"
    ), "locked" AS (
      SELECT "userId" FROM "Balance" WHERE "userId" = ${userId}::uuid FOR NO KEY UPDATE
    ), "balance" AS (
      UPDATE "Balance" b
      SET "credits" = b."credits" - ${credits}, "month" = "now"."month",
          "requests" = CASE WHEN b."month" = "now"."month" THEN least(b."requests", ${REQUESTS_MAX - 1}) ELSE 0 END + 1
      FROM "now", "locked" l
      WHERE b."userId" = l."userId" AND b."credits" >= ${credits}
        AND (${quota}::int IS NULL OR CASE WHEN b."month" = "now"."month" THEN b."requests" ELSE 0 END < ${quota}::int)
        AND (${deadline}::float8 IS NULL OR ${CLOCK} < ${deadline}::float8)
      RETURNING b."credits", b."month", b."requests"
    ), "movement" AS (
      INSERT INTO "CreditMovement" ("id", "userId", "kind", "amount", "apiKeyId", "reservationId")
      SELECT ${id}::uuid, ${userId}::uuid, 'charged', ${-credits}::int, ${apiKeyId}::uuid, ${id}::uuid FROM "balance"
    ), "reservation" AS (
      INSERT INTO "Reservation" ("id", "userId", "apiKeyId", "credits", "month", "expiresAt")
      SELECT ${id}::uuid, ${userId}::uuid, ${apiKeyId}::uuid, ${credits}::int, "month", now() + make_interval(secs => ${seconds})
      FROM "balance"
    )
    SELECT ${CLOCK} AS "clock", "credits", "requests" FROM (SELECT) "always" LEFT JOIN "balance" ON true`;
  const [{ clock, credits: left, requests }] = rows as [(typeof rows)[number]];
  hearClock(clock, sentAt);
  if (left !== null) return ok({ id, remaining: toRemaining({ credits: left, requests }, quota) });
  refuseLate(clock, deadline);
  // Asked only now, so that reserving stays one statement.
  const remaining = await findRemaining(userId, quota, db);
  if (!remaining || remaining.credits < credits) return err("no_credits");
  if (remaining.requests === 0) return err("quota_exceeded");
  // A refund, a grant or a new month came between the two statements: it can be paid after all.
  return reserve(spending, seconds, db, id);
}

/** What is left, or null for an account that doesn't exist. */
export async function findRemaining(
  userId: string,
  quota: number | null,
  db: Database | Transaction = database(),
): Promise<Remaining | null> {
  const rows = await db.$queryRaw<{ credits: number; requests: number }[]>`
    SELECT "credits",
           CASE WHEN "month" = date_trunc('month', now() AT TIME ZONE 'UTC')::date THEN "requests" ELSE 0 END AS "requests"
    FROM "Balance" WHERE "userId" = ${userId}::uuid`;
  return rows[0] ? toRemaining(rows[0], quota) : null;
}

/** Credits that requests in flight have reserved. */
export async function findReserved(userId: string): Promise<number> {
  const { _sum } = await database().reservation.aggregate({ where: { userId }, _sum: { credits: true } });
  return _sum.credits ?? 0;
}

/**
 * The work is done: what was reserved stays spent. False where it was refunded meanwhile.
 *
 * @throws if the database comes to it only after the `deadline`: then it changes nothing.
 */
export async function settle(
  reservationId: string,
  db: Database | Transaction = database(),
  deadline: number | null = statementDeadline(),
): Promise<boolean> {
  const rows = await db.$queryRaw<{ clock: number; settled: boolean }[]>`
    WITH "locked" AS (
      SELECT "id" FROM "Reservation" WHERE "id" = ${reservationId}::uuid FOR UPDATE
    ), "settled" AS (
      DELETE FROM "Reservation" r USING "locked" l WHERE r."id" = l."id"
        AND (${deadline}::float8 IS NULL OR ${CLOCK} < ${deadline}::float8)
      RETURNING r."id"
    )
    SELECT ${CLOCK} AS "clock", "id" IS NOT NULL AS "settled" FROM (SELECT) "always" LEFT JOIN "settled" ON true`;
  const [{ clock, settled }] = rows as [(typeof rows)[number]];
  if (!settled) refuseLate(clock, deadline);
  return settled;
}

/** The work failed: credits and the month's request come back. False where that was settled or refunded already. */
export async function refund(reservationId: string): Promise<boolean> {
  return (await giveBack([reservationId])) === 1;
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
  await database().$executeRaw`
    WITH "closed" AS (
      DELETE FROM "Reservation" WHERE "id" = ${id}::uuid
    ), "charge" AS (
      SELECT *, date_trunc('month', "createdAt" AT TIME ZONE 'UTC')::date AS "month"
      FROM "CreditMovement" WHERE "id" = ${id}::uuid AND "amount" < 0
    ), "movement" AS (
      INSERT INTO "CreditMovement" ("id", "userId", "kind", "amount", "apiKeyId", "reservationId")
      SELECT ${REFUND_ID}, "userId", 'refunded', -"amount", "apiKeyId", "reservationId" FROM "charge"
      ON CONFLICT ("id") DO NOTHING RETURNING "amount"
    )
    UPDATE "Balance" b SET "credits" = b."credits" + m."amount", "requests" = b."requests" - (b."month" = c."month")::int
    FROM "movement" m, "charge" c WHERE b."userId" = c."userId"`;
}

/** Refunds what a crash left open, in steps; returns how many reservations that were. */
export async function sweepReservations(signal?: AbortSignal): Promise<number> {
  let all = 0;
  let last = { expiresAt: "-infinity", id: "00000000-0000-0000-0000-000000000000" };
  await inSteps(async () => {
    // Behind the last one: one that the database refuses stays.
    const expired = await database().$queryRaw<(typeof last)[]>`
      SELECT "id"::text, "expiresAt"::text FROM "Reservation"
      WHERE "expiresAt" <= now() AND ("expiresAt", "id") > (${last.expiresAt}::timestamptz, ${last.id}::uuid)
      ORDER BY "expiresAt", "id" LIMIT ${SWEPT_ROWS}`;
    if (expired.length > 0) all += await giveBackEach(expired.map(({ id }) => id));
    last = expired.at(-1) ?? last;
    return expired.length === SWEPT_ROWS;
  }, signal);
  return all;
}

/** One that the database refuses stays, and must not keep the others from being refunded. */
async function giveBackEach(reservationIds: string[]): Promise<number> {
  try {
    return await giveBack(reservationIds);
  } catch (error) {
    if (!isRefusedForContent(error)) throw error;
    const middle = Math.ceil(reservationIds.length / 2);
    if (middle < reservationIds.length)
      return (await giveBackEach(reservationIds.slice(0, middle))) + (await giveBackEach(reservationIds.slice(middle)));
    log().error({ err: error, reservation: reservationIds[0] }, "the database refuses a refund");
    return 0;
  }
}

/** Whoever removes a reservation's row decides about it, so that nothing is refunded twice. */
async function giveBack(reservationIds: string[]): Promise<number> {
  const rows = await database().$queryRaw<{ reservations: number }[]>`
    WITH "closed" AS (
      DELETE FROM "Reservation" WHERE "id" IN (
        SELECT "id" FROM "Reservation" WHERE "id" = ANY(${reservationIds}::uuid[]) FOR UPDATE SKIP LOCKED
      ) RETURNING "id", "userId", "apiKeyId", "credits", "month"
    ), "movement" AS (
      INSERT INTO "CreditMovement" ("id", "userId", "kind", "amount", "apiKeyId", "reservationId")
      SELECT ${REFUND_ID}, "userId", 'refunded', "credits", "apiKeyId", "id" FROM "closed"
      ON CONFLICT ("id") DO NOTHING RETURNING "reservationId"
    ), "refunded" AS (
      SELECT c.* FROM "closed" c JOIN "movement" m ON m."reservationId" = c."id"
    ), "balance" AS (
      UPDATE "Balance" b SET "credits" = b."credits" + c."credits",
        "requests" = CASE WHEN b."month" = c."month" THEN b."requests" - c."requests" ELSE b."requests" END
      FROM (
        SELECT "userId", max("month") AS "month", sum("credits")::int AS "credits",
               count(*) FILTER (WHERE "month" = (SELECT max(m."month") FROM "refunded" m WHERE m."userId" = "refunded"."userId"))::int AS "requests"
        FROM "refunded" GROUP BY "userId"
      ) c
      WHERE b."userId" = c."userId"
    )
    SELECT count(*)::int AS "reservations" FROM "closed"`;
  return rows[0]?.reservations ?? 0;
}

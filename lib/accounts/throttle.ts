import type { UserId } from "#lib/accounts/model/user-id.ts";
import { networksOf } from "#lib/accounts/networks.ts";
import { type Database, database, type Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { removeInSteps } from "#lib/database/remove-in-steps.ts";

/**
 * How many attempts a scope may make, and how long the others wait. Attempts are counted in
 * PostgreSQL for all instances, waits grow with each failure, and an attempt can be refunded.
 */
export type Policy = {
  /** Attempts without a wait: typing errors, and colleagues behind one address. */
  free: number;
  firstWaitS: number;
  /** Each wait is twice the one before, up to this. */
  maxWaitS: number;
  /** One attempt is forgotten in each period of this length. */
  forgetS: number;
};

/** 30 at once and 30 an hour: a class or a company may sign up on one day behind one address. */
const SIGN_UP: Policy = { free: 30, firstWaitS: 120, maxWaitS: 120, forgetS: 120 };
/**
 * 100 keys at once and one a second: more than anyone makes by hand. Rows of keys are never
 * removed.
 */
const KEYS: Policy = { free: 100, firstWaitS: 1, maxWaitS: 1, forgetS: 1 };
/** Sign-ups of a wider network: 120 at once, then one in 20 s. */
const WIDE_SIGN_UP: Policy = { free: 120, firstWaitS: 20, maxWaitS: 20, forgetS: 20 };

/**
 * Failures beyond this don't count: they would not lengthen the longest wait, only how long it is
 * remembered.
 */
const COUNTED_BEYOND_FREE = 10;

export type Throttled = { ok: false; error: "throttled"; retryAfterSeconds: number };
/**
 * An accepted attempt. It counts as failed until it is settled, so that parallel guesses don't all
 * pass.
 */
export type Attempt = { ok: true; settle(outcome: "succeeded" | "failed" | "not_tried"): Promise<void> };

/**
 * Accepts one sign-up or tells how long to wait. One that creates an account or finds the address
 * taken counts.
 */
export async function reserveSignUp(address: string | null): Promise<Attempt | Throttled> {
  const held: CountedAttempt[] = [];
  const refund = async () => {
    for (const attempt of held) await attempt.refund();
  };
  const [own] = networksOf(address);
  for (const network of networksOf(address).toReversed()) {
    const reserved = await reserve(`sign-up from ${network}`, network === own ? SIGN_UP : WIDE_SIGN_UP);
    if (!reserved.ok) {
      await refund();
      return reserved;
    }
    held.push(reserved);
  }
  return { ok: true, settle: async (outcome) => (outcome === "not_tried" ? refund() : undefined) };
}

/** Accepts one new key of a user, in the transaction that inserts it: a rollback uncounts it. */
export async function reserveKey(transaction: Transaction, userId: UserId): Promise<{ ok: true } | Throttled> {
  const reserved = await reserve(`keys of ${userId}`, KEYS, transaction);
  return reserved.ok ? { ok: true } : reserved;
}

/** Removes the rows that have no wait left and were not used for a day; returns their number. */
export function pruneThrottles(signal?: AbortSignal): Promise<number> {
  const where = `"updatedAt" < now() - interval '1 day' AND "blockedUntil" < now()`;
  return removeInSteps({ table: "Throttle", by: "updatedAt", where }, signal);
}

/** An attempt that is counted until it is refunded. */
export type CountedAttempt = { ok: true; refund(): Promise<void> };

/**
 * Decides and counts in one statement under the lock of its row, so that parallel attempts are
 * counted exactly.
 */
export async function reserve(
  scope: string,
  policy: Policy,
  db: Database | Transaction = database(),
): Promise<CountedAttempt | Throttled> {
  const [reserved] = await db.$queryRaw<{ blockedUntil: Date }[]>`
    ${upsert(scope, policy)} WHERE t."blockedUntil" <= clock_timestamp() RETURNING t."blockedUntil"`;
  return settled(scope, reserved, db);
}

async function settled(
  scope: string,
  reserved: { blockedUntil: Date } | undefined,
  db: Database | Transaction = database(),
): Promise<CountedAttempt | Throttled> {
  if (!reserved) return { ok: false, error: "throttled", retryAfterSeconds: await secondsLeft(scope, db) };
  return { ok: true, refund: () => uncount(scope, reserved.blockedUntil) };
}

export async function count(scope: string, policy: Policy): Promise<void> {
  await database().$executeRaw`${upsert(scope, policy)}`;
}

/**
 * PostgreSQL evaluates this after it has locked the row, so `clock_timestamp()` is the instant of
 * the decision.
 */
function upsert(scope: string, policy: Policy): Prisma.Sql {
  const left = attemptsLeft(policy);
  const attempts = Prisma.sql`LEAST(${left} + 1, ${policy.free + COUNTED_BEYOND_FREE}::int)`;
  return Prisma.sql`
    INSERT INTO "Throttle" AS t ("scope", "attempts", "blockedUntil", "updatedAt")
    VALUES (${scope}, 1, ${NOW}, ${NOW})
    ON CONFLICT ("scope") DO UPDATE SET
      "attempts" = ${attempts},
      "blockedUntil" = ${NOW} + make_interval(secs => ${waitAfter(attempts, policy)}),
      "updatedAt" = CASE WHEN ${left} = 0 THEN ${NOW}
        ELSE t."updatedAt" + make_interval(secs => ${forgotten(policy)} * ${policy.forgetS}::int) END`;
}

/**
 * Truncated to the column's milliseconds: rounded up, a wait of 0 s would block the next attempt.
 */
const NOW = Prisma.sql`date_trunc('milliseconds', clock_timestamp())`;

function forgotten({ forgetS }: Policy): Prisma.Sql {
  return Prisma.sql`floor(extract(epoch FROM clock_timestamp() - t."updatedAt") / ${forgetS}::int)::int`;
}

function attemptsLeft(policy: Policy): Prisma.Sql {
  return Prisma.sql`GREATEST(LEAST(t."attempts", ${policy.free + COUNTED_BEYOND_FREE}::int) - ${forgotten(policy)}, 0)`;
}

/** SQL: the wait after that many attempts, in seconds. */
function waitAfter(attempts: Prisma.Sql, { free, firstWaitS, maxWaitS }: Policy): Prisma.Sql {
  return Prisma.sql`(CASE WHEN ${attempts} <= ${free}::int THEN 0
    ELSE LEAST(${firstWaitS}::int * power(2, ${attempts} - ${free}::int - 1), ${maxWaitS}::int) END)::float8`;
}

/** Makes the first attempt of a scope wait; does nothing if it has made one. */
export async function delayFirst(scope: string, seconds: number): Promise<void> {
  await database().$executeRaw`
    INSERT INTO "Throttle" ("scope", "attempts", "blockedUntil", "updatedAt")
    VALUES (${scope}, 0, ${NOW} + make_interval(secs => ${seconds}::float8), ${NOW}) ON CONFLICT ("scope") DO NOTHING`;
}

/** Accepts one attempt in `seconds`, also of parallel ones. */
export async function reserveSpaced(scope: string, seconds: number): Promise<CountedAttempt | Throttled> {
  await delayFirst(scope, seconds);
  const [reserved] = await database().$queryRaw<{ blockedUntil: Date }[]>`
    UPDATE "Throttle" SET "blockedUntil" = ${NOW} + make_interval(secs => ${seconds}::float8), "updatedAt" = ${NOW}
    WHERE "scope" = ${scope} AND "blockedUntil" <= clock_timestamp() RETURNING "blockedUntil"`;
  return settled(scope, reserved);
}

/** Reads the wait that a scope has reached, in seconds. */
export async function readWait(scope: string, policy: Policy): Promise<number> {
  const [row] = await database().$queryRaw<{ seconds: number }[]>`
    SELECT ${waitAfter(attemptsLeft(policy), policy)} AS "seconds" FROM "Throttle" t WHERE t."scope" = ${scope}`;
  return row?.seconds ?? 0;
}

/** Reads how long the next attempt of a scope has to wait, in seconds. 0 if it doesn't. */
export async function readThrottleWait(scope: string): Promise<number> {
  const [row] = await database().$queryRaw<{ seconds: number }[]>`
    SELECT greatest(0, ceil(extract(epoch FROM "blockedUntil" - clock_timestamp())))::int AS "seconds"
    FROM "Throttle" WHERE "scope" = ${scope}`;
  return row?.seconds ?? 0;
}

/** Uncounts an attempt, and ends its wait if no attempt was counted since. */
async function uncount(scope: string, blockedUntil: Date): Promise<void> {
  await database().$executeRaw`
    UPDATE "Throttle" SET "attempts" = GREATEST("attempts" - 1, 0),
      "blockedUntil" = CASE WHEN "blockedUntil" = ${blockedUntil} THEN ${NOW} ELSE "blockedUntil" END
    WHERE "scope" = ${scope}`;
}

async function secondsLeft(scope: string, db: Database | Transaction): Promise<number> {
  const [row] = await db.$queryRaw<{ seconds: number }[]>`
    SELECT ceil(extract(epoch FROM "blockedUntil" - clock_timestamp()))::int AS "seconds"
    FROM "Throttle" WHERE "scope" = ${scope}`;
  return Math.max(1, row?.seconds ?? 1);
}

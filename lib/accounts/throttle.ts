import { hash } from "node:crypto";
import ipaddr from "ipaddr.js";
import { type Database, database, type Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { removeInSteps } from "#lib/database/remove-in-steps.ts";

type Policy = {
  /** Attempts that wait for nothing: typing errors, and colleagues behind one address. */
  free: number;
  firstWaitS: number;
  /** Each further wait is twice the last one, up to here. */
  maxWaitS: number;
  /** One attempt is forgotten each time so long has passed. */
  forgetS: number;
};

/** 1 s doubling to 5 min, after three typing errors. */
const PAIR: Policy = { free: 3, firstWaitS: 1, maxWaitS: 300, forgetS: 900 };
/** The same over all accounts. 20 failures free and one more each minute don't hurt an office that shares an address. */
const ADDRESS: Policy = { free: 20, firstWaitS: 1, maxWaitS: 300, forgetS: 60 };
/** Many addresses against one account: a new one waits at most 5 s, once, so that nobody can lock the owner out. */
const ACCOUNT: Policy = { free: 10, firstWaitS: 1, maxWaitS: 5, forgetS: 60 };
/** 30 at once and 30 an hour: a class or a company may start on one day behind one address. */
const SIGN_UP: Policy = { free: 30, firstWaitS: 120, maxWaitS: 120, forgetS: 120 };
/** 100 keys at once and one a second: more than anybody makes by hand, and each is a row that is never removed. */
const KEYS: Policy = { free: 100, firstWaitS: 1, maxWaitS: 1, forgetS: 1 };

/** After the longest wait more failures change nothing, so they aren't counted; it also bounds how long one is remembered. */
const COUNTED_BEYOND_FREE = 10;

export type Throttled = { ok: false; error: "throttled"; retryAfterSeconds: number };
/** An attempt that was let through and counts as failed until it is settled, so that parallel guesses don't all pass. */
export type Attempt = { ok: true; settle(outcome: "succeeded" | "failed" | "not_tried"): Promise<void> };

/** Lets one sign-in attempt through or says how long to wait. Known and unknown accounts are treated alike. */
export async function reserveSignIn(email: string, address: string | null): Promise<Attempt | Throttled> {
  const network = networkOf(address);
  const account = hash("sha256", email, "base64url");
  const scopes = {
    address: `sign-in from ${network}`,
    pair: `sign-in to ${account} from ${network}`,
    account: `sign-in to ${account}`,
  };
  const byAddress = await reserve(scopes.address, ADDRESS);
  if (!byAddress.ok) return byAddress;
  await greetNewcomer(scopes.pair, scopes.account);
  const byPair = await reserve(scopes.pair, PAIR);
  if (!byPair.ok) {
    await byAddress.refund();
    return byPair;
  }
  return {
    ok: true,
    async settle(outcome) {
      if (outcome === "failed") return count(scopes.account, ACCOUNT);
      await byAddress.refund();
      if (outcome === "succeeded") await database().throttle.deleteMany({ where: { scope: scopes.pair } });
      else await byPair.refund();
    },
  };
}

/** The same for a sign-up. One that makes an account, or finds the address taken, counts. */
export async function reserveSignUp(address: string | null): Promise<Attempt | Throttled> {
  const reserved = await reserve(`sign-up from ${networkOf(address)}`, SIGN_UP);
  if (!reserved.ok) return reserved;
  return { ok: true, settle: async (outcome) => (outcome === "not_tried" ? reserved.refund() : undefined) };
}

/** The same for a key that an account makes, in the transaction that makes it: one that is rolled back doesn't count. */
export async function reserveKey(transaction: Transaction, userId: string): Promise<{ ok: true } | Throttled> {
  const reserved = await reserve(`keys of ${userId}`, KEYS, transaction);
  return reserved.ok ? { ok: true } : reserved;
}

/** Forgets what is over; returns the number of rows. */
export function pruneThrottles(): Promise<number> {
  return removeInSteps(
    "Throttle",
    `SELECT ctid FROM "Throttle" WHERE "updatedAt" < now() - interval '1 day' AND "blockedUntil" < now()`,
  );
}

/** A home has a whole /64 of IPv6 to try from, so that counts as one address. */
export function networkOf(address: string | null): string {
  if (!address || !ipaddr.isValid(address)) return address ?? "nowhere";
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/64`)}/64`;
}

type Reservation = { ok: true; refund(): Promise<void> };

/** One statement decides and counts, under the lock of its row: of parallel attempts only as many pass as may. */
async function reserve(
  scope: string,
  policy: Policy,
  db: Database | Transaction = database(),
): Promise<Reservation | Throttled> {
  const [reserved] = await db.$queryRaw<{ blockedUntil: Date }[]>`
    ${upsert(scope, policy)} WHERE t."blockedUntil" <= clock_timestamp() RETURNING t."blockedUntil"`;
  if (!reserved) return { ok: false, error: "throttled", retryAfterSeconds: await secondsLeft(scope, db) };
  return { ok: true, refund: () => giveBack(scope, reserved.blockedUntil) };
}

async function count(scope: string, policy: Policy): Promise<void> {
  await database().$executeRaw`${upsert(scope, policy)}`;
}

/** PostgreSQL evaluates these after it got the row's lock, so `clock_timestamp()` is the instant of the decision. */
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

/** Cut down to the column's milliseconds: rounded up, a wait of 0 s would block the next attempt. */
const NOW = Prisma.sql`date_trunc('milliseconds', clock_timestamp())`;

function forgotten({ forgetS }: Policy): Prisma.Sql {
  return Prisma.sql`floor(extract(epoch FROM clock_timestamp() - t."updatedAt") / ${forgetS}::int)::int`;
}

function attemptsLeft(policy: Policy): Prisma.Sql {
  return Prisma.sql`GREATEST(LEAST(t."attempts", ${policy.free + COUNTED_BEYOND_FREE}::int) - ${forgotten(policy)}, 0)`;
}

/** Seconds after that many attempts. */
function waitAfter(attempts: Prisma.Sql, { free, firstWaitS, maxWaitS }: Policy): Prisma.Sql {
  return Prisma.sql`(CASE WHEN ${attempts} <= ${free}::int THEN 0
    ELSE LEAST(${firstWaitS}::int * power(2, ${attempts} - ${free}::int - 1), ${maxWaitS}::int) END)::float8`;
}

/** Where an account is under attack, the first attempt from an address that isn't known there waits a little. */
async function greetNewcomer(pair: string, account: string): Promise<void> {
  await database().$executeRaw`
    INSERT INTO "Throttle" ("scope", "attempts", "blockedUntil", "updatedAt")
    SELECT ${pair}, 0, ${NOW} + make_interval(secs => ${waitAfter(attemptsLeft(ACCOUNT), ACCOUNT)}), ${NOW}
    FROM "Throttle" t WHERE t."scope" = ${account} AND ${attemptsLeft(ACCOUNT)} > ${ACCOUNT.free}::int
    ON CONFLICT ("scope") DO NOTHING`;
}

/** Undoes a reservation, with its wait if nobody has reserved since. */
async function giveBack(scope: string, blockedUntil: Date): Promise<void> {
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

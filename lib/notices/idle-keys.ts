import type { UserId } from "#lib/accounts/model/user-id.ts";
import { markDisabled } from "#lib/api-keys/disable-keys.ts";
import { hasStatus, isListed, isOwned } from "#lib/api-keys/key-conditions.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { lockApiKeys } from "#lib/api-keys/locks.ts";
import { isReplaced } from "#lib/api-keys/rotation-chain.ts";
import { env } from "#lib/config/env.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { nextStep, type Step } from "#lib/database/walk-in-steps.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";

/** Active keys that one call looks at. With one call a minute, a day covers seven million. */
const STEP_KEYS = 5_000;
/** Keys of an account that one transaction handles, well within its time limit. */
const ACCOUNT_KEYS = 2_000;
/** The most keys that an email names. */
const NAMED_MAX = 20;
/**
 * If a key should have been disabled longer ago than this, the task was paused, the variable was
 * unset, or an email was not delivered. Its owner then gets the three notices again.
 */
const OVERDUE_DAYS = 3;
const SYSTEM = { actor: "system", address: null, userAgent: null } as const;
const BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000";

type IdleKey = {
  id: string;
  name: string;
  prefix: string;
  environment: string;
  lastUsedAt: Date | null;
  disablesAt: Date;
  /** The notice that is due: 30, 7 or 1 days before. 0 disables the key. */
  daysBefore: number;
};

/**
 * SQL: an email about unused keys since the last notice, or the digest that replaced it, wasn't
 * sent.
 */
const IS_UNTOLD = Prisma.sql`EXISTS (
  SELECT FROM "Mail" m LEFT JOIN "Mail" d ON d."id" = m."digestId"
  WHERE m."userId" = k."userId" AND m."createdAt" >= n."noticedAt" AND m."kind" = 'api_key.idle'
    AND coalesce(d."outcome", m."outcome") IS DISTINCT FROM 'sent')`;

/**
 * SQL: the active keys that `which` selects and whose next notice is due, or that are due to be
 * disabled after `days` unused days. Each notice follows the previous one. A late notice moves the
 * end, so that it always comes the right number of days before. Leaves out replaced keys and keys
 * whose owners get no email.
 */
const idleKeys = (days: number, which: Prisma.Sql) => Prisma.sql`
  SELECT i."id", i."userId", i."name", i."prefix", i."environment", i."lastUsedAt", i."idleSince", i."daysBefore",
    greatest(i."idleSince" + make_interval(days => ${days}::int), now() + make_interval(days => i."daysBefore"))
      AS "disablesAt"
  FROM (
    SELECT k.*, n."disablesAt", n."apiKeyId" IS NOT NULL AND ${IS_UNTOLD} AS "untold",
      CASE n."daysBefore" WHEN 30 THEN 7 WHEN 7 THEN 1 WHEN 1 THEN 0 ELSE 30 END AS "daysBefore"
    FROM (
      SELECT "id", "userId", "name", "prefix", "environment"::text AS "environment", "lastUsedAt",
        greatest("createdAt", "lastUsedAt", "enabledAt", (SELECT "since" FROM "IdleCount")) AS "idleSince"
      FROM "ApiKey" WHERE ${which} AND "deletedAt" IS NULL AND ${hasStatus("active", Prisma.sql`now()`)}
    ) k
    JOIN "User" u ON u."id" = k."userId" AND u."disabledAt" IS NULL AND u."emailVerifiedAt" IS NOT NULL
    LEFT JOIN "IdleNotice" n ON n."apiKeyId" = k."id" AND n."idleSince" = k."idleSince"
      AND n."disablesAt" > now() - interval '${Prisma.raw(String(OVERDUE_DAYS))} days'
    WHERE k."idleSince" <= now() - make_interval(days => ${days - 30}::int)
      AND NOT ${isReplaced(Prisma.sql`k."id"`, Prisma.sql`now()`)}
  ) i
  WHERE NOT i."untold" AND i."idleSince" <= now() - make_interval(days => ${days}::int - i."daysBefore")
    AND (i."disablesAt" IS NULL OR i."disablesAt" <= now() + make_interval(days => i."daysBefore"))`;

/**
 * Disables keys that were unused for `IDLE_DISABLE_DAYS`, after notifying their owners 30, 7 and 1
 * days before. Returns the number of keys that got a notice or were disabled. Each call looks at
 * the next {@link STEP_KEYS} active keys, so that its cost doesn't grow with their number.
 */
export async function disableIdleKeys(): Promise<number> {
  const { IDLE_DISABLE_DAYS: days } = env();
  if (!days) return 0;
  await database().$executeRaw`INSERT INTO "IdleCount" ("since") VALUES (now()) ON CONFLICT DO NOTHING`;
  return (await nextStep("idle keys", (after) => lookAtNextKeys(days, after?.[0] ?? BEFORE_ALL_IDS))).changed;
}

async function lookAtNextKeys(days: number, after: string): Promise<Step> {
  const [last] = await database().$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "ApiKey" WHERE "deletedAt" IS NULL AND "revokedAt" IS NULL AND "disabledAt" IS NULL
      AND "id" > ${after}::uuid ORDER BY "id" OFFSET ${STEP_KEYS - 1} LIMIT 1`;
  const inStep = Prisma.sql`"id" > ${after}::uuid ${last ? Prisma.sql`AND "id" <= ${last.id}::uuid` : Prisma.empty}`;
  const accounts = await database().$queryRaw<{ userId: UserId }[]>`
    SELECT DISTINCT "userId" FROM (${idleKeys(days, inStep)}) i`;
  let changed = 0;
  let disabled = 0;
  for (const { userId } of accounts) {
    const keys = await database().$transaction((transaction) => handleAccount(transaction, userId, days));
    changed += keys.length;
    disabled += keys.filter(({ daysBefore }) => daysBefore === 0).length;
  }
  if (disabled > 0) await outliveLeases();
  return { changed, last: last ? [last.id] : null };
}

/** Handles all keys of an account together, so that one email names them. */
async function handleAccount(transaction: Transaction, userId: UserId, days: number): Promise<IdleKey[]> {
  // A use that is written before the lock counts. A later one finds the key disabled.
  const ids = await lockApiKeys(
    transaction,
    Prisma.sql`"id" IN (SELECT "id" FROM (${idleKeys(days, isListed(userId))}) i ORDER BY "id" LIMIT ${ACCOUNT_KEYS})`,
  );
  const keys = await transaction.$queryRaw<IdleKey[]>`
    WITH "due" AS (${idleKeys(days, Prisma.sql`${isOwned(userId)} AND "id" = ANY(${ids}::uuid[])`)}), "noticed" AS (
      INSERT INTO "IdleNotice" ("apiKeyId", "idleSince", "daysBefore", "disablesAt", "noticedAt")
      SELECT "id", "idleSince", "daysBefore", "disablesAt", now() FROM "due"
      ON CONFLICT ("apiKeyId") DO UPDATE SET "idleSince" = excluded."idleSince", "daysBefore" = excluded."daysBefore",
        "disablesAt" = excluded."disablesAt", "noticedAt" = excluded."noticedAt"
    )
    SELECT "id", "name", "prefix", "environment", "lastUsedAt", "disablesAt", "daysBefore" FROM "due"
    ORDER BY "disablesAt", "id"`;
  const [ended, noticed] = [keys.filter((key) => key.daysBefore === 0), keys.filter((key) => key.daysBefore > 0)];
  const endedIds = ended.map(({ id }) => id);
  if (ended.length > 0) await markDisabled(transaction, userId, endedIds, "disabled", SYSTEM);
  await tell(transaction, userId, "api_key.idle", noticed);
  await tell(transaction, userId, "api_key.idle_disabled", ended);
  return keys;
}

async function tell(
  transaction: Transaction,
  userId: UserId,
  kind: "api_key.idle" | "api_key.idle_disabled",
  keys: IdleKey[],
): Promise<void> {
  if (keys.length === 0) return;
  const named = keys.slice(0, NAMED_MAX).map(({ id, name, prefix, environment, lastUsedAt, disablesAt }) => ({
    ...{ id, name, prefix, environment },
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    disablesAt: disablesAt.toISOString(),
  }));
  await queueMail(transaction, userId, kind, { keys: named, total: keys.length });
}

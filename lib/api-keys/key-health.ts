import type { UserId } from "#lib/accounts/model/user-id.ts";
import { expiresSoon, hasStatus, isListed } from "#lib/api-keys/key-conditions.ts";
import { WARNINGS, type WarningKind } from "#lib/api-keys/model/key-warning.ts";
import { isReplaced } from "#lib/api-keys/rotation-chain.ts";
import { env } from "#lib/config/env.ts";
import { recentScopes } from "#lib/config/scopes-file.ts";
import { database } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

/** A warning and the number of active keys that it is about. */
export type KeyWarning = { kind: WarningKind; keys: number };

const MANY_NETWORKS = 5;
/**
 * Above this number of active keys the warnings are remembered: seeing whether a key was changed
 * reads less than counting them.
 */
const MANY_KEYS = 100;
const REMEMBERED_MS = 60_000;
const REMEMBERED_USERS_MAX = 1_000;
const remembered = new Map<string, { at: number; version: string; warnings: KeyWarning[] }>();

/**
 * Counts the warnings about a user's active keys, the most urgent first. The list filtered by a
 * warning shows exactly the keys that are counted here. For an account with hundreds of keys the
 * uses of keys in the last minute may be missing; changes of keys never are.
 */
export async function findWarnings(userId: UserId, now: Date): Promise<KeyWarning[]> {
  const known = remembered.get(userId);
  if (known && now.getTime() - known.at < REMEMBERED_MS) {
    const [{ version }] = await database().$queryRaw<[{ version: string }]>`${versionOf(userId, now)}`;
    if (version === known.version) return known.warnings;
  }
  const counts = WARNINGS.map(
    (kind) => Prisma.sql`count(*) FILTER (WHERE ${conditionOf(userId, kind, now)})::int AS ${Prisma.raw(`"${kind}"`)}`,
  );
  const [found] = await database().$queryRaw<[Record<WarningKind | "all", number> & { version: string }]>`
    SELECT ${Prisma.join(counts)}, count(*)::int AS "all", (${versionOf(userId, now)}) AS "version" FROM "ApiKey"
    WHERE ${isListed(userId)} AND ${mayHaveWarning(userId, now)}`;
  const warnings = WARNINGS.map((kind) => ({ kind, keys: found[kind] })).filter(({ keys }) => keys > 0);
  if (remembered.size >= REMEMBERED_USERS_MAX) remembered.clear();
  remembered.delete(userId);
  if (found.all > MANY_KEYS) remembered.set(userId, { at: now.getTime(), version: found.version, warnings });
  return warnings;
}

/** Selects a text that differs after any change of a user's active keys, but not after a use. */
function versionOf(userId: UserId, now: Date): Prisma.Sql {
  return Prisma.sql`SELECT concat_ws(' ', count(*), sum("changedIn")) AS "version" FROM "ApiKey"
    WHERE ${isListed(userId)} AND ${hasStatus("active", now)}`;
}

/** Selects those of a user's listed keys that a warning is about, as a condition on "ApiKey". */
export function hasWarning(userId: UserId, kind: WarningKind, now: Date): Prisma.Sql {
  return Prisma.sql`${mayHaveWarning(userId, now)} AND ${conditionOf(userId, kind, now)}`;
}

/**
 * Selects active keys that no other key replaces. Only active keys with an end, which every
 * rotation gives, are looked up in rotation chains. The number of keys that were ever rotated grows
 * with the account's age.
 */
function mayHaveWarning(userId: UserId, now: Date): Prisma.Sql {
  const active = hasStatus("active", now);
  return Prisma.sql`${active} AND "id" NOT IN (
      SELECT a."id" FROM (SELECT "id" FROM "ApiKey" WHERE ${isListed(userId)} AND ${active} AND "expiresAt" IS NOT NULL) a
      CROSS JOIN LATERAL (SELECT FROM "ApiKey" WHERE "replacesId" = a."id" LIMIT 1) r
      WHERE ${isReplaced(Prisma.sql`a."id"`, now)}
    )`;
}

/** SQL: the key's networks or spending limit the damage that a thief can do. */
const IS_LIMITED = Prisma.sql`("allowedNetworks" IS NOT NULL OR "creditsPerMonth" IS NOT NULL)`;

/**
 * Defines each warning. Instants are computed here, because computing them in SQL for each key took
 * five times as long. Networks are counted key by key, because a join reads every user's; callers
 * that were rejected are among them.
 */
function conditionOf(userId: UserId, kind: WarningKind, now: Date): Prisma.Sql {
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  switch (kind) {
    case "expiring":
      return expiresSoon(now);
    case "dropped_permission":
      return Prisma.sql`NOT string_to_array("scopes", ' ') <@ ${recentScopes().map(({ name }) => name)}::text[]`;
    case "beyond_lifetime": {
      const days = env().MAX_KEY_LIFETIME_DAYS;
      if (!days) return Prisma.sql`FALSE`;
      return Prisma.sql`("expiresAt" IS NULL OR "expiresAt" - "createdAt" > make_interval(days => ${days}::int))`;
    }
    case "never_used":
      return Prisma.sql`"lastUsedAt" IS NULL AND "createdAt" <= ${daysAgo(30)}`;
    case "idle":
      return Prisma.sql`"lastUsedAt" <= ${daysAgo(90)}`;
    case "many_networks":
      return Prisma.sql`"lastUsedAt" > ${daysAgo(30)} AND EXISTS (
        SELECT DISTINCT c."addressPrefix" FROM "UsageCaller" c
        WHERE c."apiKeyId" = "id" AND c."lastSeenAt" > ${daysAgo(30)} OFFSET ${MANY_NETWORKS - 1})`;
    case "idle_full_access":
      // After 90 days the warning is `idle`, which says more.
      return Prisma.sql`"scopes" IS NULL AND "lastUsedAt" <= ${daysAgo(30)} AND "lastUsedAt" > ${daysAgo(90)}`;
    case "unlimited":
      // Only for accounts that limit other keys. Others don't need limits and would see the warning
      // forever.
      return Prisma.sql`"environment" = 'production' AND NOT ${IS_LIMITED} AND "createdAt" <= ${daysAgo(7)} AND EXISTS (
        SELECT FROM "ApiKey" l WHERE ${isListed(userId)} AND ${hasStatus("active", now)} AND ${IS_LIMITED})`;
    case "old":
      return Prisma.sql`"createdAt" <= ${daysAgo(365)}`;
    case "no_expiry":
      return Prisma.sql`"expiresAt" IS NULL AND "createdAt" <= ${daysAgo(90)}`;
  }
}

import type { UserId } from "#lib/accounts/model/user-id.ts";
import { SOON_DAYS_MAX, SOON_PART_OF_LIFE } from "#lib/api-keys/model/expires-soon.ts";
import type { ApiKeyStatus } from "#lib/api-keys/model/status.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

// Conditions on "ApiKey" that several statements share.

/**
 * Selects the keys of a user, deleted ones included. Every statement on the keys of one account has
 * this condition; it is the one to change when an organization can own keys.
 */
export function isOwned(userId: UserId): Prisma.Sql {
  return Prisma.sql`"userId" = ${userId}::uuid`;
}

/** Selects the keys in a user's list. A deleted key keeps its row. */
export function isListed(userId: UserId): Prisma.Sql {
  return Prisma.sql`${isOwned(userId)} AND "deletedAt" IS NULL`;
}

/**
 * Selects the keys that have a status at `now`, an instant or an SQL expression for one:
 * `keyStatus` in SQL. PostgreSQL can estimate these conditions, unlike {@link statusAt}. None of
 * them is ever NULL in an existing row.
 */
export function hasStatus(status: ApiKeyStatus, now: Date | Prisma.Sql): Prisma.Sql {
  switch (status) {
    case "revoked":
      return Prisma.sql`("revokedAt" IS NOT NULL OR NOT ${notYetRevoked(now)})`;
    case "expired":
      return Prisma.sql`("revokedAt" IS NULL AND ${notYetRevoked(now)} AND NOT "decoy" AND "expiresAt" IS NOT NULL AND "expiresAt" <= ${now})`;
    case "disabled":
      return Prisma.sql`(${isLive(now)} AND "disabledAt" IS NOT NULL)`;
    case "active":
      return Prisma.sql`(${isLive(now)} AND "disabledAt" IS NULL)`;
    case "decoy":
      return Prisma.sql`("revokedAt" IS NULL AND ${notYetRevoked(now)} AND "decoy")`;
  }
}

/** Selects the keys that are active, or disabled and can be enabled: `isLiveKey` in SQL. */
export function isLive(now: Date | Prisma.Sql): Prisma.Sql {
  return Prisma.sql`("revokedAt" IS NULL AND ${notYetRevoked(now)} AND NOT "decoy"
    AND ("expiresAt" IS NULL OR "expiresAt" > ${now}))`;
}

/**
 * Excludes leaked keys whose time of revocation has passed. Add `"revokedAt" IS NULL` yourself, so
 * that indexes apply.
 */
function notYetRevoked(now: Date | Prisma.Sql): Prisma.Sql {
  return Prisma.sql`("revokesAt" IS NULL OR "revokesAt" > ${now})`;
}

/**
 * Selects the keys that expire soon: `isExpiringSoon` in SQL. The instant is computed here, because
 * computing it in SQL for each key takes five times as long.
 */
export function expiresSoon(now: Date): Prisma.Sql {
  const latest = new Date(now.getTime() + SOON_DAYS_MAX * DAY_MS);
  return Prisma.sql`("expiresAt" <= ${latest}
    AND ("expiresAt" - ${now}::timestamptz) * ${SOON_PART_OF_LIFE}::int <= "expiresAt" - "createdAt")`;
}

/** Computes the status of each key, to show it and to sort by it. */
export function statusAt(now: Date): Prisma.Sql {
  return Prisma.sql`CASE WHEN ${hasStatus("revoked", now)} THEN 'revoked' WHEN "decoy" THEN 'decoy' WHEN ${hasStatus("expired", now)} THEN 'expired'
    WHEN "disabledAt" IS NOT NULL THEN 'disabled' ELSE 'active' END`;
}

/** Selects the keys that any restriction applies to: `isRestricted` in SQL. Never NULL. */
export const IS_RESTRICTED = Prisma.sql`
  (num_nonnulls("scopes", "allowedNetworks", "requestsPerMinute", "creditsPerMonth") > 0)`;

import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { ApiKeyStatus } from "#lib/api-keys/model/status.ts";
import { Prisma } from "#lib/database/generated/client.ts";

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
  if (status === "revoked") return Prisma.sql`("revokedAt" IS NOT NULL)`;
  if (status === "expired")
    return Prisma.sql`("revokedAt" IS NULL AND "expiresAt" IS NOT NULL AND "expiresAt" <= ${now})`;
  return Prisma.sql`("revokedAt" IS NULL AND ("expiresAt" IS NULL OR "expiresAt" > ${now}))`;
}

/** Computes the status of each key, to show it and to sort by it. */
export function statusAt(now: Date): Prisma.Sql {
  return Prisma.sql`CASE WHEN ${hasStatus("revoked", now)} THEN 'revoked'
    WHEN ${hasStatus("expired", now)} THEN 'expired' ELSE 'active' END`;
}

export const STATUSES = ["active", "expired", "revoked"] as const;
export type ApiKeyStatus = (typeof STATUSES)[number];

/**
 * Returns the status of a key at `now`; instants are dates, or milliseconds of the epoch.
 * Revocation is permanent, so it wins over expiry. A key is expired from `expiresAt` on, to the
 * millisecond.
 *
 * `hasStatus` in `lib/api-keys/key-conditions.ts` is the same rule in SQL.
 */
export function keyStatus<Instant extends Date | number>(
  key: { revokedAt: Instant | null; expiresAt: Instant | null },
  now: Instant,
): ApiKeyStatus {
  if (key.revokedAt !== null) return "revoked";
  if (key.expiresAt !== null && key.expiresAt <= now) return "expired";
  return "active";
}

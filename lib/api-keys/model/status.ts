export const STATUSES = ["active", "disabled", "expired", "revoked", "decoy"] as const;
export type ApiKeyStatus = (typeof STATUSES)[number];

type Ends<Instant> = {
  revokedAt: Instant | null;
  revokesAt: Instant | null;
  expiresAt: Instant | null;
  decoy: boolean;
};

/**
 * Returns the status of a key at `now`: the first of revoked, decoy, expired, disabled and active.
 * Instants are dates, or milliseconds since the epoch. Revocation is permanent, so it takes
 * precedence over expiry. A key is expired from `expiresAt` on, and a leaked key is revoked from
 * `revokesAt` on, to the millisecond.
 *
 * `hasStatus` in `lib/api-keys/key-conditions.ts` is the same rule in SQL.
 */
export function keyStatus<Instant extends Date | number>(
  key: Ends<Instant> & { disabledAt: Instant | null },
  now: Instant,
): ApiKeyStatus {
  if (isRevoked(key, now)) return "revoked";
  if (key.decoy) return "decoy";
  if (!isLiveKey(key, now)) return "expired";
  return key.disabledAt === null ? "active" : "disabled";
}

/**
 * Tells whether a key is live: active, or disabled and able to be enabled. A decoy never is.
 * `isLive` is the same rule in SQL.
 */
export function isLiveKey<Instant extends Date | number>(key: Ends<Instant>, now: Instant) {
  return !isRevoked(key, now) && !key.decoy && (key.expiresAt === null || key.expiresAt > now);
}

function isRevoked<Instant extends Date | number>({ revokedAt, revokesAt }: Ends<Instant>, now: Instant) {
  return revokedAt !== null || (revokesAt !== null && revokesAt <= now);
}

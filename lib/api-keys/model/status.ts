export const STATUSES = ["active", "expired", "revoked"] as const;
export type ApiKeyStatus = (typeof STATUSES)[number];

/** The status at `now`. Revocation is for good, so it wins over expiry; a key is expired from `expiresAt` on, to the millisecond. */
export function keyStatus(key: { revokedAt: Date | null; expiresAt: Date | null }, now: Date): ApiKeyStatus {
  if (key.revokedAt) return "revoked";
  if (key.expiresAt && key.expiresAt <= now) return "expired";
  return "active";
}

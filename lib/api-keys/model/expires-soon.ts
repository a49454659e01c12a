import { DAY_MS } from "#lib/time/model/duration.ts";

/** A key expires soon in its last 7 days, or in the last fifth of its life if that is shorter. */
export const SOON_DAYS_MAX = 7;
export const SOON_PART_OF_LIFE = 5;

/** Tells whether a key that hasn't expired expires soon. `expiresSoon` in SQL. */
export function isExpiringSoon(key: { createdAt: Date; expiresAt: Date | null }, now: Date): boolean {
  if (!key.expiresAt) return false;
  const end = key.expiresAt.getTime();
  const life = end - key.createdAt.getTime();
  return end - now.getTime() <= Math.min(SOON_DAYS_MAX * DAY_MS, life / SOON_PART_OF_LIFE);
}

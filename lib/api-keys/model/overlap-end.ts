import { HOUR_MS } from "#lib/time/model/duration.ts";
/**
 * How long a replaced key stays valid, in hours. `on_use`: until a day after its successor's first
 * success, at most 30 days.
 */
export const OVERLAPS = { now: 0, "1h": 1, "24h": 24, "7d": 7 * 24, on_use: 30 * 24 } as const;
export type Overlap = keyof typeof OVERLAPS;

/**
 * Computes the expiry of a key that is replaced now: the end of the overlap or the earliest limit.
 */
export function overlapEnd(overlap: Overlap, limits: (Date | null)[], now: Date): Date {
  const asked = now.getTime() + OVERLAPS[overlap] * HOUR_MS;
  return new Date(Math.min(asked, ...limits.map((limit) => limit?.getTime() ?? Number.POSITIVE_INFINITY)));
}

/** How long a replaced key stays valid, in hours. `on_use`: until a day after the new key's first success, 30 days at most. */
export const OVERLAPS = { now: 0, "1h": 1, "24h": 24, "7d": 7 * 24, on_use: 30 * 24 } as const;
export type Overlap = keyof typeof OVERLAPS;

const HOUR_MS = 3_600_000;

/** The end of a key that is replaced now: that of the overlap, but not past the one that its successor has. */
export function overlapEnd(overlap: Overlap, successorEndsAt: Date | null, now: Date): Date {
  const asked = new Date(now.getTime() + OVERLAPS[overlap] * HOUR_MS);
  return successorEndsAt && successorEndsAt < asked ? successorEndsAt : asked;
}

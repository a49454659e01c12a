import { HOUR_MS } from "#lib/time/model/duration.ts";
/** The choices for moving the end of a replaced key, in hours. */
export const EXTENSIONS = { "1h": 1, "24h": 24, "7d": 7 * 24 } as const;
export type Extension = keyof typeof EXTENSIONS;

/**
 * Computes the end of a replaced key after an extension. It is counted from the present end, so
 * that it only moves later, and isn't past the successor's. Null if both end together already.
 */
export function extendedEnd(endsAt: Date, by: Extension, successorEndsAt: Date | null): Date | null {
  const asked = new Date(endsAt.getTime() + EXTENSIONS[by] * HOUR_MS);
  const end = successorEndsAt && successorEndsAt < asked ? successorEndsAt : asked;
  return end > endsAt ? end : null;
}

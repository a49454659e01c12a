/** By how many hours the end of a replaced key can be moved. */
export const EXTENSIONS = { "1h": 1, "24h": 24, "7d": 7 * 24 } as const;
export type Extension = keyof typeof EXTENSIONS;

const HOUR_MS = 3_600_000;

/**
 * The end of a replaced key after an extension: counted from the end that it has, so that it only ever moves later, and not past
 * its successor's own. Null where that is no later, because both end together already.
 */
export function extendedEnd(endsAt: Date, by: Extension, successorEndsAt: Date | null): Date | null {
  const asked = new Date(endsAt.getTime() + EXTENSIONS[by] * HOUR_MS);
  const end = successorEndsAt && successorEndsAt < asked ? successorEndsAt : asked;
  return end > endsAt ? end : null;
}

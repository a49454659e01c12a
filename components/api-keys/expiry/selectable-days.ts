import { dateAfter } from "#components/api-keys/expiry/custom-date.ts";
import type { Limit } from "#components/api-keys/expiry/lifetime.ts";
import { EXPIRY_MAX_YEARS } from "#lib/api-keys/model/expiry.ts";

export const OUT_OF_RANGE = `Choose a day from tomorrow to ${EXPIRY_MAX_YEARS} years ahead.`;

/** Returns the days whose end a key may be given. The limit falls within the day after the last. */
export function selectableDays(now: Date, limit: Limit | null) {
  let max = dateAfter(now, { years: EXPIRY_MAX_YEARS });
  const last = limit ? dateAfter(limit.at, { days: -1 }) : max;
  if (last < max) max = last;
  return { min: dateAfter(now, { days: 1 }), max };
}

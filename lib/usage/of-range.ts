import type { UserId } from "#lib/accounts/model/user-id.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";
import { type HourUsage, usageByHour } from "#lib/usage/by-hour.ts";
import type { Range } from "#lib/usage/model/ranges.ts";
import { usageByDay } from "#lib/usage/read.ts";

/** Requests of an hour or a UTC day, by its start. */
type RangeUsage = { unit: "hour" | "day"; slots: HourUsage[] };

/**
 * Counts the requests of all keys of an account, or of one key: of the last 24 hours by hour, of a
 * longer range by UTC day, but of no day before `since`.
 */
export async function usageOfRange(
  userId: UserId,
  range: Range,
  since: Date,
  now: Date,
  apiKeyId?: string,
): Promise<RangeUsage> {
  if (range === 1) return { unit: "hour", slots: await usageByHour(userId, now, apiKeyId) };
  const days = await usageByDay(userId, daysSince(since, now, range), now, apiKeyId);
  return { unit: "day", slots: days.map(({ day, ...counts }) => ({ at: new Date(day), ...counts })) };
}

/** Counts the UTC days from `since` to `now`, both included: at least 1 and at most `max`. */
export function daysSince(since: Date, now: Date, max: number): number {
  const days = Math.floor(now.getTime() / DAY_MS) - Math.floor(since.getTime() / DAY_MS) + 1;
  return Math.max(1, Math.min(days, max));
}

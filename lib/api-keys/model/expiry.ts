import { DAY_MS } from "#lib/time/model/duration.ts";

export const EXPIRY_MAX_YEARS = 5;

/** In days. Forms also offer `never` and `custom`. */
export const EXPIRY_PRESETS = { "7d": 7, "30d": 30, "60d": 60, "90d": 90, "1y": 365 } as const;
export type ExpiryPreset = keyof typeof EXPIRY_PRESETS;

export type Expiry = { type: "never" } | { type: "preset"; preset: ExpiryPreset } | { type: "custom"; at: Date };

/**
 * Computes the expiry of a key, chosen at `now`; null if it never expires. `limit` is the latest
 * expiry that the operator allows.
 */
export function expiryInstant(expiry: Expiry, now: Date, limit: Date | null = null): Date | null | "out_of_range" {
  const end = chosenInstant(expiry, now);
  if (end === "out_of_range" || !limit) return end;
  return end === null || end > limit ? "out_of_range" : end;
}

function chosenInstant(expiry: Expiry, now: Date): Date | null | "out_of_range" {
  if (expiry.type === "never") return null;
  if (expiry.type === "preset") return new Date(now.getTime() + EXPIRY_PRESETS[expiry.preset] * DAY_MS);
  const latest = latestExpiry(now);
  // The end of a day in a zone west of UTC is the next day in UTC.
  latest.setUTCDate(latest.getUTCDate() + 2);
  return expiry.at > now && expiry.at <= latest ? expiry.at : "out_of_range";
}

/**
 * Computes the expiry of a key that lasts as long from `now` as the key that it replaces, at most
 * {@link EXPIRY_MAX_YEARS} or until `limit`. `durationMs` is null for a key that never expires.
 */
export function sameDuration(durationMs: number | null, now: Date, limit: Date | null = null): Date | null {
  if (durationMs === null) return limit;
  const ends = [now.getTime() + durationMs, latestExpiry(now).getTime(), ...(limit ? [limit.getTime()] : [])];
  return new Date(Math.min(...ends));
}

/** Computes the latest expiry of a key that was created at this time; null for no limit. */
export function lifetimeLimit(createdAt: Date, days: number | null | undefined): Date | null {
  return days ? new Date(createdAt.getTime() + days * DAY_MS) : null;
}

function latestExpiry(now: Date): Date {
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + EXPIRY_MAX_YEARS);
  return latest;
}

"use client";

import { useLifetimeDays } from "#components/api-keys/expiry/lifetime-days.ts";
import { EXPIRY_PRESETS, type ExpiryPreset, lifetimeLimit } from "#lib/api-keys/model/expiry.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

/** The latest expiry that a key may have, and the sentence that a form shows about it. */
export type Limit = { at: Date; words: string };

/** Returns the limit of a key that was created at this time; null if there is none. */
export function useLimit(createdAt: Date): Limit | null {
  const days = useLifetimeDays();
  const at = lifetimeLimit(createdAt, days);
  return at && { at, words: `Keys must expire within ${days === 1 ? "1 day" : `${days} days`} of creation.` };
}

/** Returns the presets that end within a limit, the shortest first. */
export function presetsWithin(limit: Limit | null, now: Date): ExpiryPreset[] {
  const presets = Object.keys(EXPIRY_PRESETS) as ExpiryPreset[];
  return presets.filter((preset) => !limit || now.getTime() + EXPIRY_PRESETS[preset] * DAY_MS <= limit.at.getTime());
}

/** Returns the option that a form starts with: never, or the latest preset if keys must expire. */
export function firstOption(limit: Limit | null, now: Date): ExpiryPreset | "never" | "custom" {
  return limit ? (presetsWithin(limit, now).at(-1) ?? "custom") : "never";
}

import { dateAfter, endOfDay } from "#components/api-keys/expiry/custom-date.ts";
import { firstOption, type Limit, presetsWithin } from "#components/api-keys/expiry/lifetime.ts";
import { OUT_OF_RANGE, selectableDays } from "#components/api-keys/expiry/selectable-days.ts";
import { EXPIRY_PRESETS, type Expiry, type ExpiryPreset } from "#lib/api-keys/model/expiry.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

/** What an `ExpiryField` holds: the chosen option and, for a custom date, its day. */
export type ExpiryChoice = { option: ExpiryPreset | "never" | "custom" | "same"; date: string };

/** Returns the choice for a new key: what was typed before another sign-in, or the usual one. */
export function restoredChoice(
  { expiry, date = "" }: Record<string, string | undefined>,
  limit: Limit | null,
  now: Date,
): ExpiryChoice {
  return { option: (expiry as ExpiryChoice["option"] | undefined) ?? firstOption(limit, now), date };
}

/** Returns the choice for a key that ends at `end`, at the end of its day in the user's zone. */
export function choiceOfEnd(end: Date | null): ExpiryChoice {
  return end ? { option: "custom", date: dateAfter(end, {}) } : { option: "never", date: "" };
}

/**
 * Returns the choice that lasts as long as a duration, or `same` if no other option does. A key
 * without an end gets the latest one that a limit allows.
 */
export function choiceOfDuration(durationMs: number | null, limit: Limit | null, now: Date): ExpiryChoice {
  if (durationMs === null) return { option: firstOption(limit, now), date: "" };
  const preset = presetsWithin(limit, now).find((each) => EXPIRY_PRESETS[each] * DAY_MS === durationMs);
  return { option: preset ?? "same", date: "" };
}

/** Returns the expiry that was chosen, or what is wrong with it. */
export function readChoice(
  { option, date }: ExpiryChoice,
  now: Date,
  limit: Limit | null,
): Expiry | { type: "same" } | { problem: string } {
  if (option === "same" || option === "never") return { type: option };
  if (option !== "custom") return { type: "preset", preset: option };
  const at = endOfDay(date);
  const { min, max } = selectableDays(now, limit);
  if (!at) return { problem: "Choose a date." };
  return date < min || date > max ? { problem: limit?.words ?? OUT_OF_RANGE } : { type: "custom", at };
}

type Sent<E> = E extends { type: "custom" } ? { type: "custom"; at: string } : E;

/** Returns an expiry as the server actions take it. */
export function sentExpiry<E extends Expiry | { type: "same" }>(expiry: E): Sent<E> {
  return (expiry.type === "custom" ? { type: expiry.type, at: expiry.at.toISOString() } : expiry) as Sent<E>;
}

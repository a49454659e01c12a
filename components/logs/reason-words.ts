import type { Tone } from "#components/ui/badge.tsx";
import { shortDay } from "#components/ui/utc-day.ts";
import { ANY_FAILURE, type LoggedRequest } from "#lib/usage/model/log-rows.ts";
import type { Outcome } from "#lib/usage/model/outcomes.ts";

type Step = readonly [words: string, href: (request: LoggedRequest) => string];

const LIMITS: Step = ["See rate limits", () => "/docs/rate-limits"];
const USAGE: Step = ["View usage", () => "/settings/usage"];
const ERRORS: Step = ["Read about errors", () => "/docs/errors"];
const keyStep = (words: string): Step => [words, ({ apiKeyId }) => `/settings/developer/${apiKeyId}`];

/** Each reason and its next step. A new reason is one line here. */
const REASONS: Record<Outcome, readonly [words: string, step: Step | null]> = {
  ok: ["Successful", null],
  rate_limited: ["Rate limit exceeded", LIMITS],
  no_credits: ["Not enough credits", USAGE],
  quota_exceeded: ["Monthly quota exceeded", USAGE],
  key_cap_exceeded: ["Key's spending cap reached", keyStep("Edit permissions")],
  forbidden: ["Credits or monthly quota exceeded", USAGE],
  insufficient_scope: ["Missing permission", keyStep("View key")],
  invalid: ["Invalid request", ERRORS],
  error: ["Server error", ERRORS],
  revoked: ["Key revoked", keyStep("View key")],
  expired: ["Key expired", keyStep("View key")],
  deleted: ["Key deleted", keyStep("View key")],
  disabled: ["Key disabled", keyStep("Enable the key")],
  owner_disabled: ["Account disabled", ["View account activity", () => "/settings/activity?about=account"]],
  address_not_allowed: ["Address not allowed", keyStep("View key")],
  decoy: ["Decoy key used", keyStep("View key")],
};
const OTHER = ["Rejected", ERRORS] as const;

/**
 * Returns the words for a reason. Later versions may have recorded one that this one doesn't know.
 */
export function reasonWords(reason: string): string {
  return reason === ANY_FAILURE ? "Any failure" : known(reason)[0];
}

/** Returns what to do about a failed request: a link's words and address. */
export function nextStep(request: LoggedRequest): { words: string; href: string } | null {
  const [, step] = known(request.reason);
  return step && { words: step[0], href: step[1](request) };
}

function known(reason: string): readonly [words: string, step: Step | null] {
  return Object.hasOwn(REASONS, reason) ? REASONS[reason as keyof typeof REASONS] : OTHER;
}

const ENDS = new Map<string, [word: string, end: "keyExpiresAt" | "keyRevokedAt" | "keyDeletedAt"]>([
  ["expired", ["Expired", "keyExpiresAt"]],
  ["revoked", ["Revoked", "keyRevokedAt"]],
  ["deleted", ["Deleted", "keyDeletedAt"]],
]);
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** Returns how long before the request its key had ended, as "Revoked 3 days earlier". */
export function endWords(request: LoggedRequest): string | null {
  const [word, field] = ENDS.get(request.reason) ?? [];
  const end = field && request[field];
  if (!end) return null;
  const seconds = (request.createdAt.getTime() - end.getTime()) / 1_000;
  for (const [unit, length] of UNITS) {
    const count = Math.floor(seconds / length);
    if (count > 0) return `${word} ${count} ${unit}${count === 1 ? "" : "s"} earlier`;
  }
  return `${word} less than a minute earlier`;
}

/** Returns the color of a status. */
export function statusTone(status: number): Tone {
  return status >= 500 ? "danger" : status >= 400 ? "warning" : "success";
}

/** Formats a time to the second in UTC, as "Nov 24, 12:00:03". */
export function exactSecond(at: Date): string {
  return `${shortDay(at)}, ${at.toISOString().slice(11, 19)}`;
}

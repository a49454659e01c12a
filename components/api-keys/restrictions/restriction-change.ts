import { counted } from "#components/ui/number.ts";
import type { Restrictions } from "#lib/api-keys/model/restrictions.ts";

/** Describes a change: "full access → images:write; any network → 12 networks". */
export function restrictionChange(from: Partial<Restrictions>, to: Partial<Restrictions>): string {
  return [
    step(from.scopes, to.scopes, (names) => (names ? listed(names, "permissions") : "full access")),
    step(from.allowedNetworks, to.allowedNetworks, (list) => (list ? listed(list, "networks") : "any network")),
    step(from.requestsPerMinute, to.requestsPerMinute, (limit) => limitWords(limit, "request", "minute")),
    step(from.creditsPerMonth, to.creditsPerMonth, (limit) => limitWords(limit, "credit", "month")),
  ]
    .filter(Boolean)
    .join("; ");
}

function step<T>(from: T | undefined, to: T | undefined, words: (value: T) => string): string {
  return from === undefined || to === undefined ? "" : `${words(from)} → ${words(to)}`;
}

/** Names up to three entries, and counts more. */
function listed(entries: string[], noun: string): string {
  if (entries.length === 0) return `no ${noun}`;
  return entries.length <= 3 ? entries.join(", ") : `${entries.length} ${noun}`;
}

function limitWords(limit: number | null, noun: string, period: string): string {
  return limit === null ? `no ${noun} limit` : `${counted(limit, noun)} a ${period}`;
}

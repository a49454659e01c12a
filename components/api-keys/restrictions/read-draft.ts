import type { RestrictionDraft } from "#components/api-keys/restrictions/restriction-draft.ts";
import type { Problems } from "#components/frame/form-problems.ts";
import { formatNumber } from "#components/ui/number.ts";
import { type NetworkProblem, readNetworks } from "#lib/api-keys/model/network.ts";
import type { Restrictions } from "#lib/api-keys/model/restrictions.ts";
import { LIMIT_MAX } from "#lib/api-keys/model/restrictions-schema.ts";

/** Returns the restrictions that were typed, or the problems by field. */
export function readDraft(draft: RestrictionDraft): { restrictions: Restrictions } | { problems: Problems } {
  const { networks, problems: invalid } = readNetworks(draft.networks);
  const requestsPerMinute = readLimit(draft.requestsPerMinute, 1);
  const creditsPerMonth = readLimit(draft.creditsPerMonth, 0);
  const problems: Problems = {};
  if (invalid.length > 0) problems.networks = networkProblem(invalid);
  if (requestsPerMinute === undefined) problems.requestsPerMinute = limitProblem(1);
  if (creditsPerMonth === undefined) problems.creditsPerMonth = limitProblem(0);
  if (requestsPerMinute === undefined || creditsPerMonth === undefined || invalid.length > 0) return { problems };
  return {
    restrictions: {
      scopes: draft.access === "restricted" ? draft.scopes.toSorted() : null,
      allowedNetworks: networks.length > 0 ? networks : null,
      requestsPerMinute,
      creditsPerMonth,
    },
  };
}

/** Replaces each network that has host bits with the range that it most likely means. */
export function correctNetworks(text: string): string {
  return text
    .split(/([\s,]+)/)
    .map((part) => readNetworks(part).problems[0]?.corrected ?? part)
    .join("");
}

/** Reads a whole number, also with thousands separators. Null if empty; undefined if invalid. */
export function readLimit(text: string, min: number): number | null | undefined {
  const digits = text.trim();
  if (digits === "") return null;
  if (!/^\d{1,3}([,\s]\d{3})+$|^\d+$/.test(digits)) return undefined;
  const number = Number(digits.replace(/\D/g, ""));
  return number >= min && number <= LIMIT_MAX ? number : undefined;
}

function limitProblem(min: number): string {
  return `Enter a whole number from ${min} to ${formatNumber(LIMIT_MAX)}, or leave this empty for no limit.`;
}

function networkProblem([first, ...others]: NetworkProblem[]): string {
  const more = others.length > 0 ? ` ${others.length} more ${others.length === 1 ? "needs" : "need"} to be fixed.` : "";
  return `${first?.message}${more}`;
}

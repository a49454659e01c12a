import { covers, parseNetworks } from "#lib/api-keys/model/network.ts";
import type { Restrictions } from "#lib/api-keys/model/restrictions.ts";

/** Describes what a change of restrictions newly allows a key to do. */
export function widenings(before: Restrictions, after: Restrictions): string[] {
  return [
    before.scopes && scopesWidened(before.scopes, after.scopes),
    before.allowedNetworks && networksWidened(before.allowedNetworks, after.allowedNetworks),
    limitWidened("Requests per minute", before.requestsPerMinute, after.requestsPerMinute),
    limitWidened("Credits per month", before.creditsPerMonth, after.creditsPerMonth),
  ].filter((words) => words !== null);
}

function scopesWidened(before: string[], after: string[] | null): string | null {
  if (!after) return "Permissions: full access";
  const added = after.filter((scope) => !before.includes(scope));
  return added.length > 0 ? `Permissions: ${added.join(" ")}` : null;
}

function networksWidened(before: string[], after: string[] | null): string | null {
  if (!after) return "Networks: any address";
  const allowed = parseNetworks(before);
  const added = after.filter((text) =>
    parseNetworks([text]).some((network) => !allowed.some((each) => covers(each, network))),
  );
  return added.length > 0 ? `Networks: ${added.join(" ")}` : null;
}

function limitWidened(name: string, before: number | null, after: number | null): string | null {
  if (before === null || (after !== null && after <= before)) return null;
  return `${name}: ${after === null ? "no limit for this key" : after}`;
}

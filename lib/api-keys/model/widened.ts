import { covers, parseNetworks } from "#lib/api-keys/model/network.ts";
import type { Restrictions } from "#lib/api-keys/model/restrictions.ts";

/**
 * Returns, in words, what a key may do after a change of its restrictions that it couldn't before.
 */
export function widenings(before: Restrictions, after: Restrictions): string[] {
  return [
    before.scopes && scopesWidened(before.scopes, after.scopes),
    before.allowedNetworks && networksWidened(before.allowedNetworks, after.allowedNetworks),
    limitWidened("requests a minute", before.requestsPerMinute, after.requestsPerMinute),
    limitWidened("credits a month", before.creditsPerMonth, after.creditsPerMonth),
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

function limitWidened(unit: string, before: number | null, after: number | null): string | null {
  if (before === null || (after !== null && after <= before)) return null;
  const [first = "", ...rest] = unit;
  const name = first.toUpperCase() + rest.join("");
  return after === null ? `${name}: no limit of its own` : `${name}: ${after}`;
}

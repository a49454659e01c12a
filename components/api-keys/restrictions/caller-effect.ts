import { covers, overlaps, parseNetworks, readNetworks } from "#lib/api-keys/model/network.ts";

/** The effect of allowed networks on a caller, of which only the network is known. */
export type CallerEffect = "accepted" | "may be rejected" | "rejected";

/** Returns the effect of typed networks on each caller's network. No networks accept every caller. */
export function callerEffects(typed: string, callers: string[]): CallerEffect[] {
  const { networks } = readNetworks(typed);
  const allowed = parseNetworks(networks);
  return parseNetworks(callers).map((caller) => {
    if (allowed.length === 0 || allowed.some((network) => covers(network, caller))) return "accepted";
    return allowed.some((network) => overlaps(network, caller)) ? "may be rejected" : "rejected";
  });
}

const ONLY: Record<CallerEffect, string> = {
  accepted: "Accepts the only recent caller.",
  "may be rejected": "May reject the only recent caller (its network only overlaps).",
  rejected: "Rejects the only recent caller.",
};

/** Describes the effects: "Rejects 3, may reject 2 (their network only overlaps), …". */
export function effectWords(effects: CallerEffect[]): string {
  const [only] = effects;
  if (only && effects.length === 1) return ONLY[only];
  const count = (wanted: CallerEffect) => effects.filter((effect) => effect === wanted).length;
  const [rejected, uncertain] = [count("rejected"), count("may be rejected")];
  const callers = `of the last ${effects.length} callers.`;
  const overlapping = `${uncertain} (${uncertain === 1 ? "its" : "their"} network only overlaps)`;
  if (rejected > 0 && uncertain > 0) return `Rejects ${rejected}, may reject ${overlapping}, ${callers}`;
  if (rejected > 0) return `Rejects ${rejected} ${callers}`;
  return uncertain > 0 ? `May reject ${overlapping} ${callers}` : `Accepts all ${callers}`;
}

/** Networks that aren't on the public internet (RFC 1918, 4193 and 6598, loopback, link-local). */
const PRIVATE = parseNetworks([
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "::1/128",
  "fc00::/7",
  "fe80::/10",
]);

/**
 * Returns the private network that all callers share, if there is one. Most likely it is the
 * network of a gateway that hides the addresses of its callers.
 */
export function onlyPrivateCaller(callers: string[]): string | undefined {
  const [only, ...others] = callers;
  if (!only || others.length > 0) return undefined;
  return parseNetworks([only]).some((caller) => PRIVATE.some((network) => overlaps(network, caller)))
    ? only
    : undefined;
}

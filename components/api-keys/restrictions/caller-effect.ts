import { covers, overlaps, parseNetworks, readNetworks } from "#lib/api-keys/model/network.ts";

/** What allowed networks do to a caller, of whom only the network is known. */
export type CallerEffect = "accepted" | "may be rejected" | "rejected";

/** Returns the effect of typed networks on each caller's network. Without any, all are accepted. */
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

/** Says what typed networks do: "Rejects 3, may reject 2 (their network only overlaps), …". */
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

/**
 * Networks of machines that no caller on the internet has (RFC 1918, 4193, 6598, loopback,
 * link-local).
 */
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
 * Returns the one private network of all callers: most likely that of a gateway, whose callers'
 * addresses aren't known.
 */
export function onlyPrivateCaller(callers: string[]): string | undefined {
  const [only, ...others] = callers;
  if (!only || others.length > 0) return undefined;
  return parseNetworks([only]).some((caller) => PRIVATE.some((network) => overlaps(network, caller)))
    ? only
    : undefined;
}

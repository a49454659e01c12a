import ipaddr from "ipaddr.js";

/**
 * Returns whether a `Host` is the dashboard's own. Without `PUBLIC_URL` only `localhost` and IP
 * literals are: an attacker can point a name of their own at this server after the browser has
 * loaded their page (DNS rebinding).
 */
export function isOwnHost(host: string | undefined, publicUrl: string | undefined): boolean {
  if (!host || !/^[\w.:[\]-]+$/.test(host)) return false;
  if (publicUrl) return sameHost(host, publicUrl);
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return name === "localhost" || ipaddr.isValid(name.replace(/^\[(.*)\]$/, "$1"));
}

/**
 * Returns whether a state change comes from our own page. Browsers send `Origin` with every POST,
 * so a missing one and `null` are foreign.
 */
export function isOwnOrigin(
  origin: string | undefined,
  host: string | undefined,
  publicUrl: string | undefined,
): boolean {
  if (!origin || !host) return false;
  return origin === (publicUrl ?? `http://${host.toLowerCase().replace(/:80$/, "")}`);
}

function sameHost(host: string, publicUrl: string): boolean {
  try {
    return new URL(`${new URL(publicUrl).protocol}//${host}`).host === new URL(publicUrl).host;
  } catch {
    return false;
  }
}

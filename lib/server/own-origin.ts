import ipaddr from "ipaddr.js";

/**
 * Whether a `Host` is the dashboard's own. Without `PUBLIC_URL` only `localhost` and IP literals are: a name could be
 * an attacker's that he points at us after the browser has loaded his page (DNS rebinding).
 */
export function isOwnHost(host: string | undefined, publicUrl: string | undefined): boolean {
  if (!host || !/^[\w.:[\]-]+$/.test(host)) return false;
  if (publicUrl) return sameHost(host, publicUrl);
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return name === "localhost" || ipaddr.isValid(name.replace(/^\[(.*)\]$/, "$1"));
}

/** Whether a state change comes from our own page. Every browser sends `Origin` with a POST; `null` and none are foreign. */
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

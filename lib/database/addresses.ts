/**
 * Returns one address for each host of `postgresql://user:password@a:5432,b:5433/x`, libpq's form for several servers of which
 * one is the primary.
 */
export function addressesOf(url: string): string[] {
  const [, before = "", hosts = "", after = ""] = /^([^:/?#]+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s.exec(url) ?? [];
  return hosts.includes(",") ? hosts.split(",").map((host) => `${before}${host}${after}`) : [url];
}

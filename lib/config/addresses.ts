/**
 * Returns one address for each host of `postgresql://user:password@a:5432,b:5433/x`, libpq's form
 * for several servers of which one is the primary.
 */
export function addressesOf(url: string): string[] {
  const [, before = "", hosts = "", after = ""] = /^([^:/?#]+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s.exec(url) ?? [];
  return hosts.includes(",") ? hosts.split(",").map((host) => `${before}${host}${after}`) : [url];
}

export type SentinelService = {
  sentinels: { host: string; port: number }[];
  /** The Sentinels' name for the master. */
  name: string;
  db: number;
  /** The credentials of the Redis servers. */
  username: string;
  password: string;
};

/**
 * Parses `redis+sentinel://[user:password@]host:26379,host:26379/service[/db]`, for which ioredis
 * has no form. Undefined for anything else.
 */
export function parseSentinels(url: string): SentinelService | undefined {
  const addresses = addressesOf(url);
  if (!addresses.every((address) => URL.canParse(address))) return undefined;
  const [first, ...others] = addresses.map((address) => new URL(address)) as [URL, ...URL[]];
  const [, name, db = "0"] = /^\/([^/]+)(?:\/(\d+))?$/.exec(first.pathname) ?? [];
  const sentinels = [first, ...others].map(({ hostname, port }) => ({
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port || 26_379),
  }));
  if (first.protocol !== "redis+sentinel:" || !name || sentinels.some(({ host }) => !host)) return undefined;
  const [username, password] = [decodeURIComponent(first.username), decodeURIComponent(first.password)];
  return { sentinels, name: decodeURIComponent(name), db: Number(db), username, password };
}

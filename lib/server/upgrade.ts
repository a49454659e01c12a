import type { IncomingMessage } from "node:http";
import type { Env } from "#lib/config/env.ts";
import { isOwnHost, isOwnOrigin } from "#lib/server/own-origin.ts";

/**
 * Returns whether a request may leave HTTP. Only hot reload in development may. After its first
 * page Next listens for all upgrades and leaves other connections open without an answer, beyond
 * every limit. Without permission it is handled as an ordinary request.
 */
export function mayUpgrade({ url, headers }: IncomingMessage, env: Env): boolean {
  return (
    env.NODE_ENV === "development" &&
    url?.split("?", 1)[0] === "/_next/hmr" &&
    isOwnHost(headers.host, env.PUBLIC_URL) &&
    isOwnOrigin(headers.origin, headers.host, env.PUBLIC_URL)
  );
}

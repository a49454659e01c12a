import type { IncomingMessage } from "node:http";
import type { Env } from "#lib/config/env.ts";
import { isOwnHost, isOwnOrigin } from "#lib/server/own-origin.ts";

/**
 * Whether a request may leave HTTP: only what reloads pages in development. After its first page Next listens for all
 * upgrades, and it leaves the others open without an answer, past every limit. One that may not is a request like any other.
 */
export function mayUpgrade({ url, headers }: IncomingMessage, env: Env): boolean {
  return (
    env.NODE_ENV === "development" &&
    url?.split("?", 1)[0] === "/_next/hmr" &&
    isOwnHost(headers.host, env.PUBLIC_URL) &&
    isOwnOrigin(headers.origin, headers.host, env.PUBLIC_URL)
  );
}

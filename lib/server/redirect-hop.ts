import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

const HEADER = "x-goodtake-hop";
/** Known only to this server's processes, so that no client can claim another's host or address. */
export const HOP_SECRET = process.env.DASHBOARD_HOP_SECRET ?? randomBytes(18).toString("base64url");

/**
 * Restores the browser's host and address in a request that Next makes to this process. After a
 * redirect from an action Next fetches the page from loopback with the headers of the action's
 * request, in which this function has noted both.
 */
export function restoreCaller(headers: IncomingHttpHeaders): void {
  const [secret, host, address] = String(headers[HEADER] ?? "").split(" ");
  if (secret === HOP_SECRET) Object.assign(headers, { host, "x-forwarded-for": address });
  else headers[HEADER] = [HOP_SECRET, headers.host, headers["x-forwarded-for"]].join(" ");
}

/** Returns whether Next fetches a page on behalf of a request in flight. */
export function isRedirectHop(headers: IncomingHttpHeaders): boolean {
  return String(headers[HEADER] ?? "").startsWith(`${HOP_SECRET} `);
}

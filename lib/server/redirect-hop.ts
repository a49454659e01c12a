import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

const HEADER = "x-goodtake-hop";
/** Known to this server's processes only, so that no client can claim another's host or address. */
export const HOP_SECRET = process.env.DASHBOARD_HOP_SECRET ?? randomBytes(18).toString("base64url");

/**
 * Makes a page that Next fetches from this process see the browser's host and address. After a redirect from an action Next asks the
 * loopback address for the page, with the headers of the action's request: those carry a note of what they were.
 */
export function restoreCaller(headers: IncomingHttpHeaders): void {
  const [secret, host, address] = String(headers[HEADER] ?? "").split(" ");
  if (secret === HOP_SECRET) Object.assign(headers, { host, "x-forwarded-for": address });
  else headers[HEADER] = [HOP_SECRET, headers.host, headers["x-forwarded-for"]].join(" ");
}

/** Whether Next asks for a page on behalf of a request that is in flight. */
export function isRedirectHop(headers: IncomingHttpHeaders): boolean {
  return String(headers[HEADER] ?? "").startsWith(`${HOP_SECRET} `);
}

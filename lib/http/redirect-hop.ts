import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

const HEADER = "x-goodtake-hop";
/** Never leaves this process, so that no client can claim another's host or address. */
const SECRET = randomBytes(18).toString("base64url");

/**
 * Makes a page that Next fetches from this process see the browser's host and address. After a redirect from an action Next asks the
 * loopback address for the page, with the headers of the action's request: those carry a note of what they were.
 */
export function restoreCaller(headers: IncomingHttpHeaders): void {
  const [secret, host, address] = String(headers[HEADER] ?? "").split(" ");
  if (secret === SECRET) Object.assign(headers, { host, "x-forwarded-for": address });
  else headers[HEADER] = [SECRET, headers.host, headers["x-forwarded-for"]].join(" ");
}

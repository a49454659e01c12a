import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";
import { log } from "#lib/log.ts";
import { isWithin, parseAddress } from "#lib/server/client-address.ts";

const PRIVATE = new Set(["private", "loopback", "uniqueLocal", "linkLocal", "carrierGradeNat"]);

/**
 * Warns once when a peer in a private network sends `X-Forwarded-For` and isn't trusted. It is most
 * likely the operator's own proxy, and all its clients would share one address, its throttles and
 * its place in the activity.
 */
export function createProxyWarning(trustedProxies: string[], warn = (message: string) => log().warn(message)) {
  const ranges = trustedProxies.map((cidr) => ipaddr.parseCIDR(cidr));
  let warned = false;
  return ({ socket, headers }: Pick<IncomingMessage, "headers"> & { socket: { remoteAddress?: string } }): void => {
    // Next fetches pages of its own with the headers of a request that has passed here already.
    if (warned || headers["x-forwarded-for"] === undefined || headers.rsc || headers["next-action"]) return;
    const peer = parseAddress(socket.remoteAddress ?? "");
    if (!peer || !PRIVATE.has(peer.range()) || isWithin(peer, ranges)) return;
    warned = true;
    warn(
      `${peer} sends X-Forwarded-For and is not in TRUSTED_PROXIES, so the header is ignored and all clients behind it count as one. If it is your proxy, add its address to TRUSTED_PROXIES.`,
    );
  };
}

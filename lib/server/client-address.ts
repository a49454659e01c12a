import ipaddr from "ipaddr.js";
import { remembered } from "#lib/text/remembered.ts";

type Range = ReturnType<typeof ipaddr.parseCIDR>;

/**
 * Parses an address, with or without a port. Returns IPv4-mapped IPv6 as IPv4, and undefined if it
 * isn't an address.
 */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bare = text.trim().replace(/^\[(.+)\](?::\d+)?$|^([\d.]+):\d+$/, "$1$2");
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : undefined;
}

/**
 * Returns a function that finds the client's address: the socket's peer or, if the peer is a
 * trusted proxy, the right-most address in `X-Forwarded-For` that isn't one. The client wrote what
 * stands left of that.
 */
export function createClientAddress(trustedProxies: string[]) {
  const ranges = trustedProxies.map((cidr) => ipaddr.parseCIDR(cidr));
  const peerOf = remembered((peer) => {
    const address = parseAddress(peer);
    return { text: address?.toString() ?? "0.0.0.0", trusted: address !== undefined && isWithin(address, ranges) };
  });
  return (peer = "", forwardedFor: string | undefined): string => {
    const { text, trusted } = peerOf(peer);
    if (!trusted || forwardedFor === undefined) return text;
    let client: ipaddr.IPv4 | ipaddr.IPv6 | undefined;
    for (const hop of forwardedFor.split(",").reverse()) {
      const next = parseAddress(hop);
      if (!next) break;
      client = next;
      if (!isWithin(next, ranges)) break;
    }
    return client?.toString() ?? text;
  };
}

export function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, ranges: Range[]): boolean {
  return ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));
}

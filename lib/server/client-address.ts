import ipaddr from "ipaddr.js";
import { remembered } from "#lib/text/remembered.ts";

type Range = ReturnType<typeof ipaddr.parseCIDR>;

/** An address in its canonical form, IPv4-mapped IPv6 as IPv4; undefined for anything else. A port is left out. */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bare = text.trim().replace(/^\[(.+)\](?::\d+)?$|^([\d.]+):\d+$/, "$1$2");
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : undefined;
}

/**
 * Whose request it is: the socket's peer, or, where the peer is one of our proxies, the right-most address in
 * `X-Forwarded-For` that isn't. Whatever stands left of that was written by the client and proves nothing.
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

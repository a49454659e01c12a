import ipaddr from "ipaddr.js";

/**
 * Returns the network of an address, /24 for IPv4 and /48 for IPv6: enough to recognize a caller,
 * too little to identify a person.
 */
export function addressPrefix(address: string): string | null {
  if (!ipaddr.isValid(address)) return null;
  const parsed = ipaddr.process(address);
  const bits = parsed.kind() === "ipv4" ? 24 : 48;
  const network = parsed.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${network.networkAddressFromCIDR(`${parsed}/${bits}`)}/${bits}`;
}

import ipaddr from "ipaddr.js";

/** The network of an address: /24 of IPv4 and /48 of IPv6, enough to recognise a caller and not a person. */
export function addressPrefix(address: string): string | null {
  if (!ipaddr.isValid(address)) return null;
  const parsed = ipaddr.process(address);
  const bits = parsed.kind() === "ipv4" ? 24 : 48;
  const network = parsed.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${network.networkAddressFromCIDR(`${parsed}/${bits}`)}/${bits}`;
}

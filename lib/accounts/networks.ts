import ipaddr from "ipaddr.js";

/**
 * Returns the networks that count the attempts of an address, the narrowest first: its /64, /56 and
 * /48 of IPv6, because a provider gives a home any of these, and the address and its /24 of IPv4,
 * because neighboring addresses are cheap.
 */
export function networksOf(address: string | null): [string, ...string[]] {
  if (!address || !ipaddr.isValid(address)) return [address ?? "nowhere"];
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4")
    return [parsed.toString(), `${ipaddr.IPv4.networkAddressFromCIDR(`${parsed.toString()}/24`)}/24`];
  const within = (bits: number) =>
    `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/${bits}`)}/${bits}`;
  return [within(64), within(56), within(48)];
}

export function narrowestNetwork(address: string | null): string {
  return networksOf(address)[0];
}

export function widestNetwork(address: string | null): string {
  return networksOf(address).at(-1) as string;
}

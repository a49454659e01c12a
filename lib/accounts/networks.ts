import ipaddr from "ipaddr.js";

/**
 * The networks that count attempts from an address, the narrowest first. Providers give a home a /64, a /56 or a /48 of
 * IPv6, so that its owner may choose among 65,536 networks; of IPv4 one gets neighboring addresses cheaply.
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

import ipaddr from "ipaddr.js";

/** The most networks that a key can have. */
export const NETWORKS_MAX = 50;

type Address = ipaddr.IPv4 | ipaddr.IPv6;
/** A CIDR range. Its address has no host bits. */
export type Network = readonly [address: Address, bits: number];

/** The reason that an entry is invalid. `corrected` is the range that it most likely means. */
export type NetworkProblem = { message: string; corrected?: string };

type NetworkList = {
  /** In canonical form, each once, in the order of the text. */
  networks: string[];
  problems: NetworkProblem[];
  /** Sentences about valid networks that are probably a mistake. */
  warnings: string[];
};

const WARNINGS: Record<string, string> = {
  "0.0.0.0/0": "0.0.0.0/0 allows every IPv4 address.",
  "::/0": "::/0 allows every IPv6 address.",
};

/**
 * Reads a list of addresses and CIDR ranges, separated by spaces, commas or line breaks. An
 * IPv4-mapped IPv6 network becomes an IPv4 network.
 */
export function readNetworks(text: string): NetworkList {
  const read = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(readNetwork);
  const networks = [...new Set(read.flatMap((entry) => (typeof entry === "string" ? [entry] : [])))];
  const problems = read.filter((entry) => typeof entry !== "string");
  if (networks.length > NETWORKS_MAX)
    problems.push({ message: `A key can have at most ${NETWORKS_MAX} networks. This list has ${networks.length}.` });
  return { networks, problems, warnings: networks.flatMap((network) => WARNINGS[network] ?? []) };
}

function readNetwork(entry: string): string | NetworkProblem {
  const shown = entry.slice(0, 60);
  const quoted = JSON.stringify(shown);
  const zone = /%[^/]*/.exec(shown)?.[0];
  if (zone) return { message: `${quoted} has a zone, which is only valid on one machine. Remove "${zone}".` };
  const [, text = "", prefix] = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(entry) ?? [];
  const written = parseAddress(text);
  if (!written) return { message: `${quoted} is not an IP address or CIDR range, such as 203.0.113.0/24.` };
  const widest = bitsOf(written);
  const writtenBits = prefix === undefined ? widest : Number(prefix);
  if (writtenBits > widest) return { message: `${quoted} must end with /0 to /${widest}.` };
  const [address, bits] = withoutMapping(written, writtenBits);
  const network = `${networkAddress(address, bits)}/${bits}`;
  if (network === `${address}/${bits}`) return network;
  return {
    message: `${quoted} has host bits after the /${writtenBits} prefix. Use ${network} instead.`,
    corrected: network,
  };
}

/** Parses strictly: rejects octal and short forms, which programs interpret differently. */
function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  const last = text.slice(text.lastIndexOf(":") + 1);
  // ipaddr.js confuses the deprecated "::203.0.113.9" (RFC 4291, 2.5.5.1) with
  // "::ffff:203.0.113.9".
  if (last.includes(".") && (!ipaddr.IPv4.isValidFourPartDecimal(last) || text === `::${last}`)) return undefined;
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

function withoutMapping(address: Address, bits: number): Network {
  const isMapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96;
  return isMapped ? [address.toIPv4Address(), bits - 96] : [address, bits];
}

function networkAddress(address: Address, bits: number): Address {
  const bytes = address.toByteArray();
  return ipaddr.fromByteArray(
    bytes.map((byte, i) => {
      const kept = Math.min(8, Math.max(0, bits - i * 8));
      return byte & (0xff << (8 - kept));
    }),
  );
}

function bitsOf(address: Address): number {
  return address.kind() === "ipv4" ? 32 : 128;
}

/** Parses the output of {@link readNetworks}. Skips other text, so it allows nothing. */
export function parseNetworks(networks: readonly string[]): Network[] {
  return networks.filter((network) => ipaddr.isValidCIDR(network)).map((network) => ipaddr.parseCIDR(network));
}

/**
 * Parses a client's address. IPv4-mapped IPv6 becomes IPv4. Undefined if the address is invalid.
 */
export function parseClient(text: string): Address | undefined {
  return ipaddr.isValid(text) ? ipaddr.process(text) : undefined;
}

export function contains([network, bits]: Network, address: Address): boolean {
  return network.kind() === address.kind() && address.match(network, bits);
}

/** Tells whether the first network contains every address of the second. */
export function covers([one, oneBits]: Network, [other, otherBits]: Network): boolean {
  return oneBits <= otherBits && contains([one, oneBits], other);
}

/** Tells whether two networks have a common address. One of them is then a part of the other. */
export function overlaps(one: Network, other: Network): boolean {
  return covers(one, other) || covers(other, one);
}

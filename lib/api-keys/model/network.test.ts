import { describe, expect, test } from "vitest";
import { contains, covers, overlaps, parseClient, parseNetworks, readNetworks } from "#lib/api-keys/model/network.ts";

describe("a list of networks", () => {
  test.each([
    ["203.0.113.0/24", "203.0.113.0/24"],
    ["203.0.113.9", "203.0.113.9/32"],
    ["10.128.0.0/9", "10.128.0.0/9"],
    ["2001:DB8:0:0::/48", "2001:db8::/48"],
    ["2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1/128"],
    ["::1", "::1/128"],
    ["::ffff:203.0.113.9", "203.0.113.9/32"],
    ["::ffff:cb00:7109", "203.0.113.9/32"],
    ["0:0:0:0:0:ffff:10.0.0.0/104", "10.0.0.0/8"],
    ["64:ff9b::203.0.113.9", "64:ff9b::cb00:7109/128"],
    ["fe80::/10", "fe80::/10"],
  ])("reads %s as %s", (text, network) => {
    expect(readNetworks(text)).toEqual({ networks: [network], problems: [], warnings: [] });
  });

  test("can be separated by spaces, commas and line breaks, may be empty, and has each network once", () => {
    expect(readNetworks("10.0.0.0/8, 10.1.0.0/16\r\n::1\t::ffff:10.0.0.0/104 10.0.0.0/8").networks).toEqual([
      "10.0.0.0/8",
      "10.1.0.0/16",
      "::1/128",
    ]);
    expect(readNetworks(" \n ")).toEqual({ networks: [], problems: [], warnings: [] });
  });

  test.each([
    ["10.0.0.1/8", "10.0.0.0/8"],
    ["203.0.113.9/31", "203.0.113.8/31"],
    ["203.0.113.9/0", "0.0.0.0/0"],
    ["2001:db8::1/64", "2001:db8::/64"],
    ["2001:db8:0:ff80::/57", "2001:db8:0:ff80::/57"],
    ["2001:db8:0:ffc0::/57", "2001:db8:0:ff80::/57"],
    ["::ffff:10.0.0.1/104", "10.0.0.0/8"],
    ["::ffff:0:0/95", "::fffe:0:0/95"],
  ])("offers the range that %s means", (text, network) => {
    const { networks, problems } = readNetworks(text);
    if (text === network) return expect(networks).toEqual([network]);
    expect(networks).toEqual([]);
    const bits = text.split("/")[1];
    expect(problems).toEqual([
      { message: `"${text}" has host bits after the /${bits} prefix. Use ${network} instead.`, corrected: network },
    ]);
    expect(readNetworks(network).networks).toEqual([network]);
  });

  test.each([
    ["010.0.0.1", "is not an IP address"],
    ["10.1", "is not an IP address"],
    ["10/8", "is not an IP address"],
    ["0x7f.0.0.1", "is not an IP address"],
    ["2130706433", "is not an IP address"],
    ["256.0.0.1", "is not an IP address"],
    ["10.0.0.0/", "is not an IP address"],
    ["10.0.0.0/08", "is not an IP address"],
    ["10.0.0.0/-1", "is not an IP address"],
    ["10.0.0.0/8/8", "is not an IP address"],
    ["10.0.0.0/255.0.0.0", "is not an IP address"],
    ["::ffff:010.0.0.1", "is not an IP address"],
    ["::203.0.113.9", "is not an IP address"],
    ["1::2::3", "is not an IP address"],
    ["12345::", "is not an IP address"],
    ["[::1]", "is not an IP address"],
    ["example.com", "is not an IP address"],
    ["constructor", "is not an IP address"],
    ["10.0.0.0/33", "must end with /0 to /32."],
    ["::/129", "must end with /0 to /128."],
    ["fe80::1%eth0", 'Remove "%eth0".'],
    ["fe80::%eth0/64", 'Remove "%eth0".'],
  ])("rejects %s with a sentence that names it", (text, sentence) => {
    const { networks, problems } = readNetworks(`192.0.2.0/24 ${text}`);
    expect(networks).toEqual(["192.0.2.0/24"]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(`"${text}" `);
    expect(problems[0]?.message).toContain(sentence);
  });

  test("has at most 50, duplicates not counted", () => {
    const text = Array.from({ length: 50 }, (_, i) => `192.0.2.${i}`).join("\n");
    expect(readNetworks(`${text} 192.0.2.0`)).toMatchObject({ problems: [], networks: { length: 50 } });
    expect(readNetworks(`${text} 192.0.2.50`).problems).toEqual([
      { message: "A key can have at most 50 networks. This list has 51." },
    ]);
  });

  test("warns about networks that contain every address", () => {
    expect(readNetworks("0.0.0.0/0 ::/0 10.0.0.0/8")).toEqual({
      networks: ["0.0.0.0/0", "::/0", "10.0.0.0/8"],
      problems: [],
      warnings: ["0.0.0.0/0 allows every IPv4 address.", "::/0 allows every IPv6 address."],
    });
    expect(readNetworks("::ffff:0:0/96").networks).toEqual(["0.0.0.0/0"]);
  });
});

test.each([
  ["10.0.0.0/8", "10.255.255.255", true],
  ["10.0.0.0/8", "11.0.0.0", false],
  ["10.0.0.0/9", "10.128.0.0", false],
  ["10.0.0.0/8", "::ffff:10.1.2.3", true],
  ["10.0.0.0/8", "::ffff:a01:203", true],
  ["203.0.113.9/32", "203.0.113.9", true],
  ["203.0.113.9/32", "203.0.113.8", false],
  ["0.0.0.0/0", "203.0.113.9", true],
  ["0.0.0.0/0", "2001:db8::1", false],
  ["::/0", "2001:db8::1", true],
  ["::/0", "203.0.113.9", false],
  ["2001:db8::/57", "2001:db8:0:7f::1", true],
  ["2001:db8::/57", "2001:db8:0:80::1", false],
  ["fe80::/10", "fe80::1%eth0", true],
])("%s contains %s: %s", (network, address, expected) => {
  const [range] = parseNetworks([network]);
  const client = parseClient(address);
  if (!range || !client) throw new Error("a test's network is none");
  expect(contains(range, client)).toBe(expected);
});

test.each([
  ["10.0.0.0/8", "10.1.0.0/16", "covers"],
  ["10.1.0.0/16", "10.0.0.0/8", "overlaps"],
  ["10.0.0.0/8", "10.0.0.0/8", "covers"],
  ["10.0.0.0/8", "11.0.0.0/16", "neither"],
  ["203.0.113.9/32", "203.0.113.0/24", "overlaps"],
  ["203.0.113.9/32", "203.0.112.0/24", "neither"],
  ["0.0.0.0/0", "::/0", "neither"],
  ["2001:db8::/32", "2001:db8:5::/48", "covers"],
  ["2001:db8::/33", "2001:db8:8000::/48", "neither"],
])("%s and %s: %s", (one, other, expected) => {
  const [a, b] = parseNetworks([one, other]);
  if (!a || !b) throw new Error("a test's network is none");
  expect([covers(a, b), overlaps(a, b), overlaps(b, a)]).toEqual(
    { covers: [true, true, true], overlaps: [false, true, true], neither: [false, false, false] }[expected],
  );
});

test("text that isn't an address has no client", () => {
  expect(parseClient("unknown")).toBeUndefined();
  expect(parseClient("")).toBeUndefined();
});

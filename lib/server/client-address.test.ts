import { describe, expect, test } from "vitest";
import { createClientAddress } from "#lib/server/client-address.ts";

describe("the client's address", () => {
  test.each([
    ["no proxy is trusted: the peer, whatever a header claims", [], "203.0.113.9", "198.51.100.1", "203.0.113.9"],
    ["an untrusted peer can't speak for others", ["10.0.0.0/8"], "203.0.113.9", "198.51.100.1", "203.0.113.9"],
    ["a trusted proxy names its client", ["10.0.0.0/8"], "10.0.0.2", "198.51.100.1", "198.51.100.1"],
    [
      "what the client itself wrote is left of it and is ignored",
      ["10.0.0.0/8"],
      "10.0.0.2",
      "1.1.1.1, 198.51.100.1",
      "198.51.100.1",
    ],
    ["a chain of own proxies is walked through", ["10.0.0.0/8"], "10.0.0.2", "198.51.100.1, 10.0.0.3", "198.51.100.1"],
    ["only own proxies: the furthest", ["10.0.0.0/8"], "10.0.0.2", "10.0.0.4, 10.0.0.3", "10.0.0.4"],
    ["rubbish ends the walk", ["10.0.0.0/8"], "10.0.0.2", "198.51.100.1, unknown", "10.0.0.2"],
    ["no header", ["10.0.0.0/8"], "10.0.0.2", undefined, "10.0.0.2"],
    ["IPv4 in IPv6 is IPv4", ["10.0.0.0/8"], "::ffff:10.0.0.2", "[2001:db8::1]:443", "2001:db8::1"],
    ["IPv6 ranges", ["2001:db8::/32"], "2001:db8::5", "198.51.100.1:8080", "198.51.100.1"],
    ["a socket that is gone", [], undefined, undefined, "0.0.0.0"],
  ])("%s", (_, trusted, peer, header, expected) => {
    expect(createClientAddress(trusted)(peer, header)).toBe(expected);
  });
});

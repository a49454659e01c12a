import { expect, test } from "vitest";
import { createProxyWarning } from "#lib/server/untrusted-proxy.ts";

function warnings(trusted: string[], peers: (string | undefined)[], headers: Record<string, string>): string[] {
  const all: string[] = [];
  const warnOf = createProxyWarning(trusted, (message) => all.push(message));
  for (const remoteAddress of peers) warnOf({ socket: { remoteAddress }, headers });
  return all;
}

const FORWARDED = { "x-forwarded-for": "198.51.100.1\u001b[2J\nforged" };

test.each(["127.0.0.1", "::1", "10.0.0.2", "172.17.0.1", "192.168.1.9", "100.64.0.1", "fd00::2", "fe80::1"])(
  "%s is named once, with the variable and without what it has sent",
  (peer) => {
    const [warning = "", ...more] = warnings([], [peer, peer, "10.9.9.9"], FORWARDED);
    expect(warning).toContain(`${peer} sends X-Forwarded-For and is not in TRUSTED_PROXIES`);
    expect(warning).not.toMatch(/198\.51|forged|\n/);
    expect(more).toEqual([]);
  },
);

test("IPv4 in IPv6 is named as IPv4, which TRUSTED_PROXIES takes", () => {
  expect(warnings([], ["::ffff:172.17.0.1"], FORWARDED)[0]).toMatch(/^172\.17\.0\.1 /);
});

test.each<[string, string[], string | undefined, Record<string, string>]>([
  ["a proxy that is trusted", ["10.0.0.0/8"], "10.0.0.2", FORWARDED],
  ["a public client that forges the header", [], "203.0.113.9", FORWARDED],
  ["a private client without the header", [], "10.0.0.2", {}],
  ["Next, which asks for its own pages", [], "127.0.0.1", { ...FORWARDED, rsc: "1" }],
  ["a socket that is gone", [], undefined, FORWARDED],
])("nothing is said of %s", (_, trusted, peer, headers) => {
  expect(warnings(trusted, [peer], headers)).toEqual([]);
});

test("a proxy beside those that are trusted is named", () => {
  expect(warnings(["10.0.0.0/8"], ["10.0.0.2", "192.168.0.2"], FORWARDED)).toEqual([
    expect.stringMatching(/^192\.168\.0\.2 /),
  ]);
});

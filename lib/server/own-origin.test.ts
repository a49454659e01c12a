import { describe, expect, test } from "vitest";
import { isOwnHost, isOwnOrigin } from "#lib/server/own-origin.ts";

describe("own host without PUBLIC_URL", () => {
  test.each(["localhost", "localhost:3000", "127.0.0.1:3000", "192.0.2.7", "[::1]:3000", "LOCALHOST:1"])(
    "%s is",
    (host) => {
      expect(isOwnHost(host, undefined)).toBe(true);
    },
  );
  test.each([
    undefined,
    "",
    "evil.example",
    "localhost.evil.example",
    "evil.example:3000",
    "a b",
    "localhost/",
    "user@localhost",
    "::1]",
  ])("%s is not", (host) => {
    expect(isOwnHost(host, undefined)).toBe(false);
  });
});

describe("own host with PUBLIC_URL", () => {
  test.each([
    ["dash.example.com", true],
    ["DASH.example.com:443", true],
    ["dash.example.com:8443", false],
    ["localhost", false],
    ["127.0.0.1", false],
    ["evil.example", false],
  ])("%s: %s", (host, own) => {
    expect(isOwnHost(host, "https://dash.example.com")).toBe(own);
  });
});

describe("own origin", () => {
  test.each([
    ["http://localhost:3000", "localhost:3000", undefined, true],
    ["http://127.0.0.1", "127.0.0.1:80", undefined, true],
    ["https://localhost:3000", "localhost:3000", undefined, false],
    ["http://localhost:3001", "localhost:3000", undefined, false],
    ["http://evil.example", "localhost:3000", undefined, false],
    ["null", "localhost:3000", undefined, false],
    [undefined, "localhost:3000", undefined, false],
    ["https://dash.example.com", "dash.example.com", "https://dash.example.com", true],
    ["http://dash.example.com", "dash.example.com", "https://dash.example.com", false],
    ["https://dash.example.com.evil.example", "dash.example.com", "https://dash.example.com", false],
  ])("%s at %s with %s: %s", (origin, host, publicUrl, own) => {
    expect(isOwnOrigin(origin, host, publicUrl)).toBe(own);
  });
});

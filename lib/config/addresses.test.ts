import { describe, expect, test } from "vitest";
import { addressesOf, parseSentinels } from "#lib/config/addresses.ts";

describe("an address with several hosts", () => {
  test.each([
    ["postgresql://ada:p%40s,s@a:5432,b:5433/x?sslmode=require", ["a:5432", "b:5433"]],
    ["postgresql://ada:p%40s,s@[::1]:5432,b/x?sslmode=require", ["[::1]:5432", "b"]],
  ])("%s has an address for each", (url, hosts) => {
    expect(addressesOf(url)).toEqual(hosts.map((host) => `postgresql://ada:p%40s,s@${host}/x?sslmode=require`));
  });

  test.each([
    "postgresql://ada:p%40s,s@a:5432/x",
    "postgresql://goodtake@localhost/postgres?host=%2Ftmp%2Fa,b",
    "postgresql:///x",
  ])("%s has one host", (url) => {
    expect(addressesOf(url)).toEqual([url]);
  });
});

describe("an address of Sentinels", () => {
  test("has hosts, the service, its database and the credentials of the Redis servers", () => {
    expect(parseSentinels("redis+sentinel://ada:p%40ss@a:26380,[::1]/limits/3")).toEqual({
      sentinels: [
        { host: "a", port: 26_380 },
        { host: "::1", port: 26_379 },
      ],
      name: "limits",
      db: 3,
      username: "ada",
      password: "p@ss",
    });
    expect(parseSentinels("redis+sentinel://a/limits")).toMatchObject({ db: 0, username: "", password: "" });
  });

  test.each([
    "redis://a/limits",
    "redis+sentinel://a",
    "redis+sentinel://a/",
    "redis+sentinel://a,/limits",
    "redis+sentinel://a:x/limits",
    "redis+sentinel://a/limits/three",
  ])("is not %s", (url) => {
    expect(parseSentinels(url)).toBeUndefined();
  });
});

import { expect, test } from "vitest";
import { type Restrictions, UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";
import { widenings } from "#lib/api-keys/model/widened.ts";

test.each<[string, Partial<Restrictions>, Partial<Restrictions>, string[]]>([
  ["nothing", {}, {}, []],
  ["first restrictions", {}, { scopes: [], allowedNetworks: ["10.0.0.0/8"], requestsPerMinute: 1 }, []],
  ["a permission", { scopes: ["a:b"] }, { scopes: ["c:d", "a:b"] }, ["Permissions: c:d"]],
  ["fewer permissions", { scopes: ["a:b", "c:d"] }, { scopes: [] }, []],
  ["full access", { scopes: [] }, { scopes: null }, ["Permissions: full access"]],
  ["a part of a network", { allowedNetworks: ["10.0.0.0/8"] }, { allowedNetworks: ["10.1.0.0/16"] }, []],
  [
    "a larger network",
    { allowedNetworks: ["10.1.0.0/16"] },
    { allowedNetworks: ["10.1.0.0/16", "10.0.0.0/8"] },
    ["Networks: 10.0.0.0/8"],
  ],
  ["any address", { allowedNetworks: ["10.1.0.0/16"] }, { allowedNetworks: null }, ["Networks: any address"]],
  [
    "higher limits",
    { requestsPerMinute: 5, creditsPerMonth: 0 },
    { requestsPerMinute: 6, creditsPerMonth: null },
    ["Requests per minute: 6", "Credits per month: no limit for this key"],
  ],
  ["lower limits", { requestsPerMinute: 5, creditsPerMonth: 5 }, { requestsPerMinute: 4, creditsPerMonth: 0 }, []],
])("%s", (_, before, after, widened) => {
  expect(widenings({ ...UNRESTRICTED, ...before }, { ...UNRESTRICTED, ...after })).toEqual(widened);
});

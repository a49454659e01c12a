import { expect, test } from "vitest";
import { correctNetworks, readDraft } from "#components/api-keys/restrictions/read-draft.ts";
import { draftOf, FULL_ACCESS } from "#components/api-keys/restrictions/restriction-draft.ts";
import { type Restrictions, UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";
import { keyRestrictions } from "#lib/api-keys/model/restrictions-schema.ts";

const NARROW: Restrictions = {
  scopes: ["a:b", "images:write"],
  allowedNetworks: ["192.0.2.0/24", "2001:db8::/48"],
  requestsPerMinute: 10,
  creditsPerMonth: 0,
};

test.each([UNRESTRICTED, NARROW, { ...UNRESTRICTED, scopes: [] }])(
  "a form that nobody changed holds what the key has, as the server takes it: %j",
  (restrictions) => {
    expect(readDraft(draftOf(restrictions))).toEqual({ restrictions });
    expect(keyRestrictions.parse(restrictions)).toEqual(restrictions);
  },
);

test("selected permissions stay in the form but have no effect while the key has full access", () => {
  const draft = { ...draftOf(NARROW), access: "full" as const };
  expect(readDraft(draft)).toMatchObject({ restrictions: { scopes: null } });
  expect(readDraft({ ...draft, access: "restricted" })).toMatchObject({ restrictions: { scopes: NARROW.scopes } });
});

const problemOf = (part: Partial<typeof FULL_ACCESS>) => {
  const read = readDraft({ ...FULL_ACCESS, ...part });
  return "problems" in read ? read.problems : {};
};

test.each([
  ["192.0.2.1/24", /has host bits after the \/24 prefix\. Use 192\.0\.2\.0\/24 instead\./],
  ["fe80::1%eth0", /has a zone/],
  ["office", /is not an IP address or CIDR range/],
  ["192.0.2.0/33", /must end with \/0 to \/32/],
  [Array.from({ length: 51 }, (_, i) => `10.0.${i}.0/24`).join("\n"), /at most 50 networks\. This list has 51/],
  ["office\nhome\ncloud", /"office" .* 2 more need to be fixed\./],
])("the networks %j are rejected next to their field, by the form and by the server", (networks, sentence) => {
  expect(problemOf({ networks })).toEqual({ networks: expect.stringMatching(sentence) });
  const sent = { ...UNRESTRICTED, allowedNetworks: networks.split("\n") };
  expect(keyRestrictions.safeParse(sent).success).toBe(false);
});

test("duplicate and IPv4-mapped networks are folded", () => {
  const read = readDraft({ ...FULL_ACCESS, networks: "192.0.2.0/24, 192.0.2.0/24\n::ffff:192.0.2.0/120" });
  expect(read).toMatchObject({ restrictions: { allowedNetworks: ["192.0.2.0/24"] } });
});

test("a correction replaces each range with host bits and leaves the rest as it was typed", () => {
  expect(correctNetworks("192.0.2.1/24,\n 10.1.2.3/8\noffice 198.51.100.7")).toBe(
    "192.0.2.0/24,\n 10.0.0.0/8\noffice 198.51.100.7",
  );
});

const LARGEST = 2 ** 31 - 1;
test.each([
  ["requestsPerMinute", "0"],
  ["requestsPerMinute", String(LARGEST + 1)],
  ["creditsPerMonth", "-1"],
  ["creditsPerMonth", String(LARGEST + 1)],
  ["creditsPerMonth", "1.5"],
  ["creditsPerMonth", "1,00"],
  ["requestsPerMinute", "1e3"],
  ["requestsPerMinute", "many"],
] as const)("%s %s is rejected beside its field", (field, typed) => {
  const smallest = field === "requestsPerMinute" ? 1 : 0;
  const sentence = `Enter a whole number from ${smallest} to 2,147,483,647, or leave this empty for no limit.`;
  expect(problemOf({ [field]: typed })).toEqual({ [field]: sentence });
  expect(keyRestrictions.safeParse({ ...UNRESTRICTED, [field]: Number(typed) }).success).toBe(typed === "1e3");
});

test.each([
  ["1", 1],
  [" 2,147,483,647 ", LARGEST],
  ["10 000", 10_000],
  ["", null],
] as const)("%j requests per minute are %s", (requestsPerMinute, expected) => {
  expect(readDraft({ ...FULL_ACCESS, requestsPerMinute })).toMatchObject({
    restrictions: { requestsPerMinute: expected },
  });
});

test("the server sorts permissions, removes duplicates, and accepts no empty list of networks", () => {
  const sent = { ...UNRESTRICTED, scopes: ["b:c", "a:b", "b:c"], allowedNetworks: [] };
  expect(keyRestrictions.parse(sent)).toMatchObject({ scopes: ["a:b", "b:c"], allowedNetworks: null });
  for (const name of ["", "images", "a:b c:d", "A:b", `${"a".repeat(63)}:b`])
    expect(keyRestrictions.safeParse({ ...UNRESTRICTED, scopes: [name] }).success, name).toBe(false);
});

import { expect, test } from "vitest";
import { callerEffects, effectWords, onlyPrivateCaller } from "#components/api-keys/restrictions/caller-effect.ts";

const CALLERS = ["192.0.2.0/24", "198.51.100.0/24", "2001:db8::/48"];

test.each([
  ["", ["accepted", "accepted", "accepted"]],
  ["192.0.2.0/24", ["accepted", "rejected", "rejected"]],
  // Only the network of a caller is known, and the address may be in the other half.
  ["192.0.2.0/25 2001:db8::7", ["may be rejected", "rejected", "may be rejected"]],
  ["0.0.0.0/0", ["accepted", "accepted", "rejected"]],
  ["192.0.0.0/8 198.51.100.0/24 2001::/16", ["accepted", "accepted", "accepted"]],
] as const)("the networks %j: %j", (typed, effects) => {
  expect(callerEffects(typed, CALLERS)).toEqual(effects);
});

const times = (rejected: number, uncertain: number, accepted: number) => [
  ...Array<"rejected">(rejected).fill("rejected"),
  ...Array<"may be rejected">(uncertain).fill("may be rejected"),
  ...Array<"accepted">(accepted).fill("accepted"),
];
test.each([
  [times(3, 2, 2), "Rejects 3, may reject 2 (their network only overlaps), of the last 7 callers."],
  [times(3, 0, 4), "Rejects 3 of the last 7 callers."],
  [times(0, 1, 6), "May reject 1 (its network only overlaps) of the last 7 callers."],
  [times(0, 0, 7), "Accepts all of the last 7 callers."],
  [times(1, 0, 0), "Rejects the only recent caller."],
  [times(0, 1, 0), "May reject the only recent caller (its network only overlaps)."],
  [times(0, 0, 1), "Accepts the only recent caller."],
])("%j: %s", (effects, words) => {
  expect(effectWords(effects)).toBe(words);
});

test.each([
  [["10.0.3.0/24"], "10.0.3.0/24"],
  [["172.31.0.0/24"], "172.31.0.0/24"],
  [["fd00:1:2::/48"], "fd00:1:2::/48"],
  [["::/48"], "::/48"],
  [["203.0.113.0/24"], undefined],
  [["10.0.3.0/24", "203.0.113.0/24"], undefined],
  [[], undefined],
])("the private network that all of the callers %j share is %s", (callers, only) => {
  expect(onlyPrivateCaller(callers)).toBe(only);
});

import { expect, test } from "vitest";
import { refusalWords } from "#components/usage/refusal-words.ts";

const AT = new Date("2026-11-24T12:00:00Z");
const words = (cause: string) =>
  refusalWords({ cause, createdAt: AT, keyExpiresAt: null, keyRevokedAt: null, keyDeletedAt: null });

test("a refusal for lack of credits and one for the month's requests read differently", () => {
  expect(words("no_credits")).toBe("There were not enough credits left.");
  expect(words("quota_exceeded")).toBe("The month's requests were used up.");
});

test("a refusal from before it was kept which of the two it was says that it was one of them", () => {
  expect(words("forbidden")).toBe("Credits or the month's requests were used up.");
});

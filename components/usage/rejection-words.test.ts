import { expect, test } from "vitest";
import { rejectionWords } from "#components/usage/rejection-words.ts";

const AT = new Date("2026-11-24T12:00:00Z");
const words = (cause: string) =>
  rejectionWords({ cause, createdAt: AT, keyExpiresAt: null, keyRevokedAt: null, keyDeletedAt: null });

test("a rejection for lack of credits and one for the month's requests read differently", () => {
  expect(words("no_credits")).toBe("There were not enough credits left.");
  expect(words("quota_exceeded")).toBe("The month's requests were used up.");
});

test("a rejection on record without its exact cause names both", () => {
  expect(words("forbidden")).toBe("Credits or the month's requests were used up.");
});

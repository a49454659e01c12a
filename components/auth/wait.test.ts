import { expect, test } from "vitest";
import { inWords } from "#components/auth/wait.ts";

test.each([
  [1, "in 1 second"],
  [89, "in 89 seconds"],
  [90, "in 2 minutes"],
  [5_399, "in 90 minutes"],
  [5_401, "in 2 hours"],
  [86_400, "in 24 hours"],
])("a wait of %i s reads %j", (seconds, words) => {
  expect(inWords(seconds)).toBe(words);
});

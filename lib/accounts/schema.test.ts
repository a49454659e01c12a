import { describe, expect, test } from "vitest";
import { emailAddress, newPassword, personName } from "#lib/accounts/schema.ts";

describe("an email address", () => {
  test.each([
    [" Ada@Example.COM ", "ada@example.com"],
    ["ada@localhost", "ada@localhost"],
    ["jose\u0301@example.com", "jos\u00e9@example.com"],
  ])("%j is %s", (typed, stored) => {
    expect(emailAddress.parse(typed)).toBe(stored);
  });
  test.each([
    "",
    "ada",
    "ada@",
    "@example.com",
    "a b@example.com",
    "a@b@c",
    "a\u0000@example.com",
    "a\u202e@example.com",
  ])("%j is refused", (typed) => {
    expect(emailAddress.safeParse(typed).success).toBe(false);
  });
});

describe("a new password", () => {
  test.each([
    ["9 characters", "123456789", false],
    ["10 characters", "1234567890", true],
    ["10 that are more than one unit each", "🔑".repeat(10), true],
    ["5 letters with 5 accents typed apart", "e\u0301".repeat(5), false],
    ["200 characters", "x".repeat(200), true],
    ["201 characters", "x".repeat(201), false],
    ["only lower-case letters and spaces", "correct horse battery", true],
  ])("of %s: %s", (_, password, accepted) => {
    expect(newPassword.safeParse(password).success).toBe(accepted);
  });
});

describe("a name", () => {
  test.each([
    ["  Ada  ", true],
    ["👩‍💻 Ada", true],
    ["", false],
    ["   ", false],
    ["x".repeat(65), false],
    ["Ada\nroot", false],
    ["\u202eadA", false],
  ])("%j: %s", (name, accepted) => {
    expect(personName.safeParse(name).success).toBe(accepted);
  });
});

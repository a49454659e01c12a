import { describe, expect, test } from "vitest";
import {
  changeEmailInput,
  emailAddress,
  newEmailAddress,
  newPassword,
  signInInput,
  signInMethodInput,
  signUpInput,
  userName,
} from "#lib/accounts/model/schema.ts";

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
  ])("%j is rejected", (typed) => {
    expect(emailAddress.safeParse(typed).success).toBe(false);
  });
});

describe("a new email address", () => {
  test.each(["ada@example.com", "jos\u00e9@example.com", "ada@invalid.example.com", "invalid@example.com"])(
    "%j",
    (typed) => {
      expect(newEmailAddress.parse(typed)).toBe(typed);
    },
  );
  test.each([
    "a\u200dda@example.com",
    "ada@exam\u200cple.com",
    "ada\ufe0f@example.com",
    "deleted-019ac0de-0000-7000-8000-000000000000@invalid",
    "deleted-019ac0de-0000-7000-8000-000000000000@INVALID ",
    "ada@invalid.",
    "ada@mail.invalid",
  ])("%j is rejected", (typed) => {
    expect(newEmailAddress.safeParse(typed).success).toBe(false);
    expect(emailAddress.safeParse(typed).success).toBe(true);
    // An account from before the rule goes on signing in.
    expect(signInInput.safeParse({ email: typed, password: "x" }).success).toBe(true);
    for (const schema of [signUpInput, changeEmailInput])
      expect(schema.safeParse({ name: "Ada", email: typed, password: "correct horse battery" }).success).toBe(false);
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
    expect(userName.safeParse(name).success).toBe(accepted);
  });
});

test("a provider that no name can be is none", () => {
  for (const provider of ["\0", "o\0idc", "OIDC ", undefined])
    expect(signInMethodInput.parse({ provider, password: "" }).provider).toBe("");
  expect(signInMethodInput.parse({ provider: "oidc", password: "" }).provider).toBe("oidc");
});

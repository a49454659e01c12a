import { describe, expect, test } from "vitest";
import { readProfile } from "#lib/auth/provider-profile.ts";

describe("a profile of a provider", () => {
  test.each([
    ["a verified address", { name: "Ada", email: "a@b.c", email_verified: true }, { name: "Ada", email: "a@b.c" }],
    ["verified in words", { name: "Ada", email: "a@b.c", email_verified: "true" }, { name: "Ada", email: "a@b.c" }],
    ["an unverified one", { name: "Ada", email: "a@b.c", email_verified: false }, { name: "Ada", email: null }],
    ["unverified in words", { name: "Ada", email: "a@b.c", email_verified: "false" }, { name: "Ada", email: null }],
    ["nothing about it", { name: "Ada", email: "a@b.c" }, { name: "Ada", email: "a@b.c" }],
    ["no address", { preferred_username: "ada", email: null }, { name: "ada", email: null }],
    ["a login for a name", { name: null, login: "ada", email: "a@b.c" }, { name: "ada", email: "a@b.c" }],
    ["no object", undefined, { name: "", email: null }],
    ["other types", { name: 1, email: ["a@b.c"] }, { name: "", email: null }],
  ])("%s", (_, profile, read) => {
    expect(readProfile(profile)).toMatchObject(read);
  });

  test.each([
    [true, true],
    ["true", true],
    [false, false],
    [undefined, false],
  ])("whose email_verified is %j: verified is %s", (email_verified, isVerified) => {
    expect(readProfile({ name: "Ada", email: "a@b.c", email_verified })).toMatchObject({ isVerified });
  });
});

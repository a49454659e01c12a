import { describe, expect, test } from "vitest";
import { HOME, safeNext } from "#lib/auth/safe-next.ts";

describe("the page to show after signing in", () => {
  test.each([
    "/settings/usage",
    "/settings/developer?q=prod&status=active",
    "/docs/authentication?next=https://elsewhere.example",
    "/settings/developer?q=a%20b%2Fc",
  ])("%s is shown", (path) => {
    expect(safeNext(path)).toBe(path);
  });

  test("the mark of a client-side navigation is left out", () => {
    expect(safeNext("/settings/developer?page=2&_rsc=1a2b3")).toBe("/settings/developer?page=2");
  });

  test.each([
    ["/settings/activity/export?about=account", "/settings/activity?about=account"],
    ["/settings/usage/export", "/settings/usage"],
  ])("%s, which is a file, leads to the page that has it", (file, page) => {
    expect(safeNext(file)).toBe(page);
  });

  test.each([
    undefined,
    ["/a", "/b"],
    "",
    "settings",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/.//evil.example",
    "/x/..//evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/\tevil",
    "/\n/evil.example",
    "/\u0000",
    " /settings",
    "/settings#fragment",
    "/",
    "/sign-in",
    "/sign-in?next=/sign-in",
    "/sign-up",
    "/password-link",
    "/api/auth/callback/github",
  ])("%j leads home", (path) => {
    expect(safeNext(path)).toBe(HOME);
  });

  test("what is too long for an address leads home", () => {
    expect(safeNext(`/${"x".repeat(3_000)}`)).toBe(HOME);
  });
});

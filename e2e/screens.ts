import { randomUUID } from "node:crypto";
import type { Page } from "playwright";
import { closeNewKey, createButton, createShownKey, KEY_LIST, search } from "#e2e/support/key-list.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";

type Screen = {
  name: string;
  signedIn?: "full" | "empty" | "unused" | "leaked";
  /** The screen is longer than the window, so that a second picture shows all of it. */
  long?: true;
  show: (page: Page) => Promise<unknown>;
};

/** Every screen that `npm run screenshots` takes pictures of. */
export const SCREENS: Screen[] = [
  { name: "sign-in", show: (page) => page.goto("/sign-in") },
  {
    name: "sign-in-error",
    show: async (page) => {
      await page.goto("/sign-in");
      // Each account gets few guesses.
      await page.getByLabel("Email").fill(`${randomUUID()}@example.com`);
      await page.getByLabel("Password").fill("not the password");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("is wrong").waitFor();
    },
  },
  { name: "sign-up", show: (page) => page.goto("/sign-up") },
  { name: "forgot-password", show: (page) => page.goto("/forgot-password") },
  {
    name: "forgot-password-sent",
    show: async (page) => {
      await page.goto("/forgot-password");
      // Each address gets few links an hour.
      await page.getByLabel("Email").fill(`${randomUUID()}@example.com`);
      await page.getByRole("button", { name: "Send reset link" }).click();
      await page.getByRole("status").filter({ hasText: "@example.com" }).waitFor();
    },
  },
  { name: "verify-email", show: (page) => page.goto("/verify-email") },
  { name: "unsubscribe", show: (page) => page.goto("/unsubscribe/incomplete") },
  { name: "docs-leaks", long: true, show: (page) => page.goto("/docs/leaks") },
  { name: "leaked-list", signedIn: "leaked", show: (page) => page.goto(KEY_LIST) },
  {
    name: "leaked",
    signedIn: "leaked",
    long: true,
    show: async (page) => {
      await page.goto(KEY_LIST);
      await page.getByRole("link", { name: "Production App" }).click();
      await page.getByRole("region", { name: "Leak reports" }).waitFor();
    },
  },
  {
    name: "report-leaked",
    signedIn: "leaked",
    show: async (page) => {
      await page.goto(KEY_LIST);
      await createShownKey(page, "Found in a repository");
      const secret = await closeNewKey(page);
      await search(page).fill(secret);
      await page.getByRole("button", { name: "Report as leaked" }).click();
      await page.getByRole("alertdialog").waitFor();
    },
  },
  { name: "decoy", signedIn: "full", show: openDecoyForm },
  {
    name: "saved-decoy",
    signedIn: "leaked",
    show: async (page) => {
      await openDecoyForm(page);
      await page.getByRole("textbox", { name: "Name" }).fill("In the old repository");
      await page.getByRole("button", { name: "Create decoy" }).click();
      await page.getByRole("dialog", { name: "Save your decoy key" }).waitFor();
    },
  },
  { name: "docs", long: true, show: (page) => page.goto("/docs/authentication") },
  {
    name: "docs-api",
    show: (page) => page.goto("/docs/api").then(() => page.getByText("/api/v1/key").first().waitFor()),
  },
  { name: "docs-quick-start", long: true, show: (page) => page.goto("/docs/quick-start") },
  { name: "docs-search", show: (page) => page.goto("/docs/search?q=retry") },
  { name: "docs-gateway", long: true, show: (page) => page.goto("/docs/gateway") },
  { name: "usage", signedIn: "full", long: true, show: (page) => page.goto("/settings/usage") },
  {
    name: "ledger-row",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/usage");
      await page
        .getByRole("link", { name: /^Production App on/ })
        .last()
        .click();
      await page.getByRole("heading", { name: "Movements" }).waitFor();
    },
  },
  { name: "activity", signedIn: "full", long: true, show: (page) => page.goto("/settings/activity") },
  { name: "account", signedIn: "full", long: true, show: (page) => page.goto("/settings/account") },
  {
    name: "unlink",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/account");
      await page.getByRole("button", { name: "Unlink GitHub" }).click();
      await page
        .getByRole("list", { name: "Sign-in methods" })
        .evaluate((list) => list.scrollIntoView({ block: "center" }));
    },
  },
  {
    name: "delete-account",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/account");
      await page.getByRole("button", { name: "Delete account…" }).click();
      await page.getByRole("alertdialog").waitFor();
    },
  },
  {
    name: "key",
    signedIn: "full",
    long: true,
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.locator("a", { hasText: "Production App" }).filter({ visible: true }).first().click();
      await page.getByText("Recent activity").waitFor();
    },
  },
  { name: "rotate", signedIn: "full", show: (page) => choose(page, "/settings/developer", "Rotate") },
  { name: "rename", signedIn: "full", show: (page) => choose(page, "/settings/developer", "Rename") },
  {
    name: "permissions",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.getByRole("button", { name: "More actions for Production App" }).first().click();
      await page.getByRole("menuitem", { name: "Edit permissions" }).click();
      await page.getByRole("dialog").getByText("Restricted", { exact: true }).click();
      await page.getByLabel("Allowed networks").fill("203.0.113.7");
      await page.getByText("may reject").waitFor();
    },
  },
  {
    name: "create-agent",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await createButton(page).click();
      await page.getByRole("button", { name: "Agent key" }).click();
      await page.getByLabel("Credits per month").waitFor();
    },
  },
  { name: "restricted", signedIn: "full", show: (page) => page.goto("/settings/developer?restricted=yes") },
  { name: "delete", signedIn: "full", show: (page) => choose(page, "/settings/developer", "Delete") },
  { name: "extend", signedIn: "full", show: (page) => choose(page, "/settings/developer?q=Rotated", "Extend") },
  { name: "rotated", signedIn: "full", show: (page) => page.goto("/settings/developer?q=Rotated") },
  {
    name: "hygiene",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.getByText("Key health").click();
    },
  },
  { name: "finding", signedIn: "full", show: (page) => page.goto("/settings/developer?finding=no_expiry") },
  {
    name: "found-key",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.waitForLoadState("networkidle");
      await page.getByRole("searchbox", { name: "Search" }).fill(generateSecret());
      await page.getByText("No key in your account matches").waitFor();
    },
  },
  {
    name: "shortcuts",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.waitForLoadState("networkidle");
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "logs", signedIn: "full", long: true, show: (page) => page.goto("/settings/logs") },
  { name: "logs-empty", signedIn: "empty", show: (page) => page.goto("/settings/logs") },
  { name: "password-link", show: (page) => page.goto("/password-link") },
  { name: "docs-permissions", long: true, show: (page) => page.goto("/docs/permissions") },
  { name: "docs-agents", long: true, show: (page) => page.goto("/docs/agents") },
  { name: "docs-errors", long: true, show: (page) => page.goto("/docs/errors") },
  { name: "docs-rate-limits", long: true, show: (page) => page.goto("/docs/rate-limits") },
  { name: "not-found", show: (page) => page.goto("/nothing/here") },
  { name: "empty", signedIn: "empty", long: true, show: (page) => page.goto("/settings/developer") },
  { name: "waiting", signedIn: "unused", long: true, show: (page) => page.goto("/settings/developer") },
  {
    name: "unused-key",
    signedIn: "unused",
    long: true,
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.locator("a", { hasText: "key 0" }).filter({ visible: true }).first().click();
      await page.getByText("Waiting for its first request").waitFor();
    },
  },
  { name: "full", signedIn: "full", show: (page) => page.goto("/settings/developer") },
  { name: "no-match", signedIn: "full", show: (page) => page.goto("/settings/developer?q=zzz") },
  {
    name: "menu",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.getByRole("button", { name: /account menu/ }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).waitFor();
    },
  },
  {
    name: "create",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await createButton(page).click();
      await page.getByLabel("Expires").selectOption("custom");
      await page.getByRole("button", { name: "Create key" }).click();
      await page.getByText("Give the key a name.").waitFor();
    },
  },
  {
    name: "saved",
    signedIn: "empty",
    show: async (page) => {
      await page.goto("/settings/developer");
      await createShownKey(page, "Production App");
      await page.getByRole("button", { name: "Send a test request" }).click();
      await page.getByText("200 OK").waitFor();
    },
  },
  {
    name: "selected",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.getByRole("checkbox", { name: "Select all keys on this page" }).check();
      await page.getByRole("region", { name: "Selected keys" }).waitFor();
    },
  },
  {
    name: "bulk-revoke",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.getByRole("checkbox", { name: "Select all keys on this page" }).check();
      await page.getByRole("button", { name: "Select all 36 that match" }).click();
      await page.getByRole("region", { name: "Selected keys" }).getByRole("button", { name: "Revoke" }).click();
      await page.getByRole("alertdialog").getByText("used in the last hour").waitFor();
    },
  },
  {
    name: "revoke",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.getByRole("button", { name: "Revoke Production App" }).first().click();
      await page.getByRole("alertdialog").waitFor();
    },
  },
];

async function openDecoyForm(page: Page): Promise<void> {
  await page.goto(KEY_LIST);
  await page.getByRole("button", { name: "More ways to create a key" }).click();
  await page.getByRole("menuitem", { name: "Create a decoy key" }).click();
  await page.getByRole("dialog", { name: "Create a decoy key" }).waitFor();
}

/** Opens a dialog from the last key's menu. */
async function choose(page: Page, list: string, action: string): Promise<void> {
  await page.goto(list);
  await page.getByRole("button", { name: "More actions" }).last().click();
  await page.getByRole("menuitem", { name: action }).click();
  await page.getByRole("dialog").or(page.getByRole("alertdialog")).waitFor();
}

import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes, expectNoSidewaysScroll } from "#e2e/support/accessibility.ts";
import {
  apiStatus,
  closeNewKey,
  expectRow,
  KEY_LIST,
  keyRow,
  newKeyField,
  openRowMenu,
} from "#e2e/support/key-list.ts";
import { layoutProblems } from "#e2e/support/layout-problems.ts";
import { seedKey } from "#e2e/support/seed.ts";
import { expect, signIn } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";

const menuButton = (page: Page) => page.getByRole("button", { name: "More ways to create a key" });

async function openForm(page: Page) {
  await menuButton(page).click();
  await page.getByRole("menuitem", { name: "Create a decoy key" }).click();
  const form = page.getByRole("dialog", { name: "Create a decoy key" });
  await expect(form.getByRole("textbox", { name: "Name" })).toBeFocused();
  return form;
}

test("an account without keys creates a decoy from the header's menu, which never works and shows its caller", async ({
  page,
  user: _,
}) => {
  await page.goto(KEY_LIST);
  const form = await openForm(page);
  await expectAccessibleInBothThemes(page);
  await form.getByRole("button", { name: "Create decoy" }).click();
  await expect(form.getByText("Give the key a name.")).toBeVisible();
  await form.getByRole("textbox", { name: "Name" }).fill("In the old repository");
  await form.getByRole("button", { name: "Create decoy" }).click();

  const saved = page.getByRole("dialog", { name: "Save your decoy key" });
  await expect(saved.getByText("It never works.")).toBeVisible();
  await expect(saved.getByRole("tab")).toHaveCount(0);
  await expect(saved.getByRole("button", { name: "Send a test request" })).toHaveCount(0);
  await expectAccessibleInBothThemes(page);
  const secret = await newKeyField(page).inputValue();
  await closeNewKey(page);
  await expectRow(page, "In the old repository", { Status: "Decoy", "Last used": "Never" });
  const row = keyRow(page, "In the old repository");
  await expect(row.getByRole("button")).toHaveCount(1);
  await openRowMenu(page, "In the old repository");
  await expect(page.getByRole("menuitem")).toHaveText(["Details", "Rename", "Edit note", "Copy key ID", "Delete"]);

  expect(await apiStatus(page, secret)).toBe(401);
  await page.goto("/settings/activity?about=api_key.decoy_used");
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("row").filter({ hasText: "Decoy key used" })).toHaveCount(1, { timeout: 500 });
  }).toPass();
  await expect(page.getByRole("row").nth(1)).toContainText(/In the old repository.*198\.1[89]\./s);
  await expect(async () => {
    await page.goto("/settings/logs");
    await expect(page.getByRole("region", { name: "Requests", exact: true })).toContainText("Decoy key used", {
      timeout: 500,
    });
  }).toPass();
  await page.goto(KEY_LIST);
  await expectRow(page, "In the old repository", { Status: "Decoy", "Last used": "Never" });
});

test("the decoy's menu and form work by keyboard, return the focus, and fit a phone", async ({ page, user }) => {
  await seedKey(user.email);
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(KEY_LIST);
  await expectNoSidewaysScroll(page);
  await expect.poll(() => layoutProblems(page)).toEqual([]);
  await menuButton(page).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Create a decoy key" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog").getByRole("textbox", { name: "Name" })).toBeFocused();
  await expectNoSidewaysScroll(page);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(menuButton(page)).toBeFocused();
});

test("what was typed for a decoy returns after another sign-in", async ({ page, user }) => {
  await seedKey(user.email);
  await page.goto(KEY_LIST);
  const form = await openForm(page);
  await form.getByRole("textbox", { name: "Name" }).fill("In the old repository");
  await page.context().clearCookies();
  await form.getByRole("button", { name: "Create decoy" }).click();
  await signIn(page, user);
  await page.waitForURL(KEY_LIST);
  const again = await openForm(page);
  await expect(again.getByRole("textbox", { name: "Name" })).toHaveValue("In the old repository");
});

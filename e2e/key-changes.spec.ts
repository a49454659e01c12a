import type { Page } from "playwright/test";
import { apiStatus, clickRowAction, createKey, expectRow, KEY_LIST, keyRow } from "#e2e/support/key-list.ts";
import { expect, test } from "#e2e/support/user.ts";

const dialog = (page: Page) => page.getByRole("dialog");

test("a key is renamed", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  await createKey(page, "Old name");
  await clickRowAction(page, "Old name", "Rename");
  await expect(dialog(page).getByRole("textbox", { name: "Name" })).toBeFocused();
  await dialog(page).getByRole("textbox", { name: "Name" }).fill("New name");
  await page.keyboard.press("Enter");
  await expectRow(page, "New name");
  await expect(keyRow(page, "Old name")).toHaveCount(0);
});

test("an active key is revoked and deleted in one go", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  const secret = await createKey(page, "Temporary");
  await clickRowAction(page, "Temporary", "Delete");
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke and delete" }).click();
  await expect(page.getByRole("heading", { name: "No API keys yet" })).toBeVisible();
  expect(await apiStatus(page, secret)).toBe(401);
});

test("a key that was revoked in another tab is reported as revoked", async ({ page, user: _, context }) => {
  await page.goto(KEY_LIST);
  await createKey(page, "Shared");
  const other = await context.newPage();
  await other.goto(KEY_LIST);
  await keyRow(page, "Shared").getByRole("button", { name: "Revoke" }).click();
  await keyRow(other, "Shared").getByRole("button", { name: "Revoke" }).click();
  await other.getByRole("button", { name: "Revoke key" }).click();
  await expect(other.getByText('Revoked "Shared"')).toBeVisible();
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText("has been revoked already")).toBeVisible();
});

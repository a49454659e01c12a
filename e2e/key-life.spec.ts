import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes } from "#e2e/support/accessibility.ts";
import { readCsv } from "#e2e/support/csv.ts";
import {
  apiStatus,
  clickRowAction,
  closeNewKey,
  createKey,
  expectRow,
  KEY_LIST,
  keyRow,
  openRowMenu,
} from "#e2e/support/key-list.ts";
import { addKeys } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { database } from "#lib/database/client.ts";

const alert = (page: Page) => page.getByRole("alertdialog");
const menu = (page: Page) => page.getByRole("menuitem");

async function disable(page: Page, name: string): Promise<void> {
  await clickRowAction(page, name, "Disable");
  await alert(page).getByRole("button", { name: "Disable key" }).click();
  await expectRow(page, name, { Status: "Disabled" });
}

test("a key is disabled and enabled, is rejected meanwhile, and has the menu of its status", async ({
  page,
  user: _,
}) => {
  await page.goto(KEY_LIST);
  const secret = await createKey(page, "Main");
  expect(await apiStatus(page, secret)).toBe(200);
  await clickRowAction(page, "Main", "Disable");
  await expect(alert(page)).toHaveAccessibleName('Disable "Main"?');
  await expect(alert(page)).toContainText(`${secret.slice(0, 7)}…`);
  await expect(alert(page).getByRole("button", { name: "Cancel" })).toBeFocused();
  await expectAccessibleInBothThemes(page);
  await alert(page).getByRole("button", { name: "Disable key" }).click();
  await expect(page.getByText('Disabled "Main"', { exact: true })).toBeVisible();
  await expectRow(page, "Main", { Status: "Disabled" });
  await expect(keyRow(page, "Main").getByRole("button", { name: "More actions" })).toBeFocused();
  expect(await apiStatus(page, secret)).toBe(401);
  await expectAccessibleInBothThemes(page);

  await openRowMenu(page, "Main");
  for (const item of ["Rename", "Edit expiry", "Enable", "Delete"])
    await expect(menu(page).filter({ hasText: item })).toHaveCount(1);
  for (const item of ["Rotate", "Disable"]) await expect(menu(page).filter({ hasText: item })).toHaveCount(0);
  await menu(page).filter({ hasText: "Enable" }).click();
  await alert(page).getByRole("button", { name: "Enable key" }).click();
  await expect(page.getByText('Enabled "Main"', { exact: true })).toBeVisible();
  await expectRow(page, "Main", { Status: "Active" });
  expect(await apiStatus(page, secret)).toBe(200);
});

test("disabled keys are a filter, are exported as such, and can be revoked and deleted", async ({ page, user }) => {
  await addKeys(user.email, 3);
  await page.goto(KEY_LIST);
  for (const name of ["key 0", "key 1"]) await disable(page, name);
  await page.getByRole("combobox", { name: "Status" }).selectOption("Disabled");
  await expect(page.getByRole("rowheader")).toHaveCount(2);
  const file = await page.request.get("/settings/developer/export?status=disabled");
  const [head = [], ...lines] = readCsv(await file.text());
  expect(lines.map((line) => line[head.indexOf("status")])).toEqual(["disabled", "disabled"]);
  await keyRow(page, "key 0").getByRole("button", { name: "Revoke" }).click();
  await alert(page).getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByRole("rowheader")).toHaveCount(1);
  await clickRowAction(page, "key 1", "Delete");
  await alert(page).getByRole("button", { name: "Revoke and delete" }).click();
  await expect(page.getByText("No keys match this view.")).toBeVisible();
  const keys = await database().apiKey.findMany({ where: { user: { email: user.email } }, orderBy: { name: "asc" } });
  expect(keys.map(({ revokedAt, deletedAt }) => [revokedAt !== null, deletedAt !== null])).toEqual([
    [true, false],
    [true, true],
    [false, false],
  ]);
});

test("selected keys are disabled and enabled at once, and those that it doesn't apply to are skipped", async ({
  page,
  user,
}) => {
  await addKeys(user.email, 3, (i) => (i === 2 ? { revokedAt: new Date() } : {}));
  await page.goto(KEY_LIST);
  const bar = page.getByRole("region", { name: "Selected keys" });
  for (const [verb, before, done] of [
    ["Disable", "2 active, 1 revoked or expired. 1 is skipped.", "2 keys disabled"],
    ["Enable", "2 disabled, 1 revoked or expired. 1 is skipped.", "2 keys enabled"],
  ] as const) {
    await page.getByRole("checkbox", { name: "Select all keys on this page" }).check();
    await bar.getByRole("button", { name: verb, exact: true }).click();
    await expect(alert(page)).toHaveAccessibleName(`${verb} 2 keys?`);
    await expect(alert(page)).toContainText(before);
    await expectAccessibleInBothThemes(page);
    await alert(page)
      .getByRole("button", { name: `${verb} keys` })
      .click();
    await expect(page.getByText(done)).toBeVisible();
    await expect(bar).toHaveCount(0);
  }
});

test("the expiry of a key is edited, to never too, and a new key of 7 days is no warning", async ({
  page,
  user: _,
}) => {
  await page.goto(KEY_LIST);
  await createKey(page, "Main");
  await clickRowAction(page, "Main", "Edit expiry");
  const dialog = page.getByRole("dialog", { name: 'Edit expiry of "Main"' });
  await expect(dialog).toContainText("It never expires.");
  await expect(dialog.getByLabel("Expires")).toBeFocused();
  await dialog.getByLabel("Expires").selectOption("Custom date");
  await dialog.getByRole("button", { name: "Save expiry" }).click();
  await expect(dialog.getByText("Choose a date.")).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await dialog.getByLabel("Expires").selectOption("7d");
  await dialog.getByRole("button", { name: "Save expiry" }).click();
  await expect(page.getByText('Changed the expiry of "Main"')).toBeVisible();
  await expectRow(page, "Main", { Expires: "in 7 days" });
  await expect(keyRow(page, "Main")).not.toContainText("Expires soon");

  await clickRowAction(page, "Main", "Edit expiry");
  await expect(dialog.getByLabel("Expires")).toHaveValue("custom");
  await dialog.getByLabel("Expires").selectOption("Never");
  await dialog.getByRole("button", { name: "Save expiry" }).click();
  await expectRow(page, "Main", { Expires: "Never" });
  await page.goto("/settings/activity");
  await expect(page.getByText(/Main: never → \d{4}-\d\d-\d\d \d\d:\d\d UTC/)).toBeVisible();
});

test("a rotation gives the new key the expiry that was chosen, and the old one has Extend in place of Edit expiry", async ({
  page,
  user: _,
}) => {
  await page.goto(KEY_LIST);
  await createKey(page, "Main");
  await clickRowAction(page, "Main", "Rotate");
  const dialog = page.getByRole("dialog", { name: 'Rotate "Main"' });
  await expect(dialog.getByLabel("New key expires")).toHaveValue("never");
  await dialog.getByLabel("New key expires").selectOption("30d");
  await expectAccessibleInBothThemes(page);
  await dialog.getByRole("button", { name: "Rotate key" }).click();
  await closeNewKey(page);
  await expectRow(page, "New key", { Expires: /in (30 days|1 month|29 days)/ });
  await openRowMenu(page, "Old key");
  await expect(menu(page).filter({ hasText: "Extend" })).toHaveCount(1);
  await expect(menu(page).filter({ hasText: "Edit expiry" })).toHaveCount(0);
});

import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes, expectNoSidewaysScroll } from "#e2e/support/accessibility.ts";
import { apiStatus, expectRow, KEY_LIST, keyList, search } from "#e2e/support/key-list.ts";
import { pressSearchShortcut } from "#e2e/support/search-shortcut.ts";
import { addKeys, seedKey } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { database } from "#lib/database/client.ts";

const bar = (page: Page) => page.getByRole("region", { name: "Selected keys" });
const wholePage = (page: Page) => page.getByRole("checkbox", { name: "Select all keys on this page" });
const one = (page: Page, name: string) => page.getByRole("checkbox", { name: `Select ${name}`, exact: true });

test("a selection lasts over pages, orders and changes of the list, and ends with another search", async ({
  page,
  user,
}) => {
  await addKeys(user.email, 60);
  await page.goto(KEY_LIST);
  const before = await keyList(page).boundingBox();
  await one(page, "key 1").check();
  await expect(bar(page)).toContainText("1 key selected");
  await expect.poll(() => keyList(page).boundingBox()).toEqual(before);
  await one(page, "key 4").click({ modifiers: ["Shift"] });
  await expect(bar(page)).toContainText("4 keys selected");
  await expect(wholePage(page)).toHaveJSProperty("indeterminate", true);

  await page.getByRole("link", { name: "Next page" }).click();
  await page.waitForURL(`${KEY_LIST}?page=2`);
  await expect(wholePage(page)).toHaveJSProperty("indeterminate", false);
  await wholePage(page).check();
  await expect(bar(page)).toContainText("29 keys selected");
  await expect(bar(page).getByRole("button", { name: "Select all 60 that match" })).toBeVisible();
  await page.getByRole("button", { name: "Revoke key 30" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke key" }).click();
  await expectRow(page, "key 30", { Status: "Revoked" });
  await expect(one(page, "key 30")).toBeChecked();
  await page.getByRole("columnheader", { name: "Name" }).getByRole("link").click();
  await page.waitForURL(/sort=name/);
  await expect(one(page, "key 1")).toBeChecked();
  await expect(one(page, "key 10")).not.toBeChecked();
  await expect(bar(page)).toContainText("29 keys selected");

  await search(page).fill("key 1");
  await page.waitForURL(/q=key/);
  await expect(one(page, "key 1")).not.toBeChecked();
  await expect(bar(page)).toHaveCount(0);
  await expect(page.getByRole("status").filter({ hasText: "No keys selected" })).toBeAttached();
});

test("all matching keys are revoked after a usage summary, except deselected and newer ones", async ({
  page,
  user,
}) => {
  const used = await seedKey(user.email);
  await addKeys(user.email, 1_200, (i) => (i % 400 === 0 ? { revokedAt: new Date() } : {}));
  for (let i = 0; i < 3; i += 1) expect(await apiStatus(page, used.secret)).toBe(200);
  await expect
    .poll(() => database().usageHour.findFirst({ where: { apiKeyId: used.key.id } }))
    .toMatchObject({ requests: 3n });

  await page.goto(KEY_LIST);
  await wholePage(page).check();
  await bar(page).getByRole("button", { name: "Select all 1,201 that match" }).click();
  await expect(bar(page)).toBeFocused();
  await wholePage(page).press("Shift+Tab");
  await expect(bar(page).getByRole("button", { name: "Clear" })).toBeFocused();
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(0);
  await one(page, "key 7").uncheck();
  await expect(bar(page)).toContainText("1,200 keys selected");
  await expectAccessibleInBothThemes(page);
  await bar(page).getByRole("button", { name: "Revoke" }).click();

  const dialog = page.getByRole("alertdialog", { name: "Revoke 1,197 keys?" });
  await expect(dialog).toContainText("1,197 active, 3 revoked or expired. 3 are skipped.");
  await expect(dialog).toContainText("1 used in the last hour, 1 in the last 24 hours.");
  await expect(dialog.getByRole("list", { name: "Used lately" })).toContainText(
    new RegExp(`Production App${used.key.prefix}….*, 3 in ~24 h`),
  );
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await expectAccessibleInBothThemes(page);
  await addKeys(user.email, 1, () => ({ name: "later", createdAt: new Date() }));
  await dialog.getByRole("button", { name: "Revoke keys" }).click();
  await expect(dialog.getByText("Type 1,197, the number of keys.")).toBeVisible();
  expect(await apiStatus(page, used.secret)).toBe(200);
  await dialog.getByRole("textbox", { name: "Type 1,197 to confirm" }).fill("1,197");
  await dialog.getByRole("button", { name: "Revoke keys" }).click();
  await expect(page.getByText("1,197 keys revoked")).toBeVisible();
  expect(await apiStatus(page, used.secret)).toBe(401);
  await expect(keyList(page)).toBeFocused();
  await expect(bar(page)).toHaveCount(0);
  const left = await database().apiKey.findMany({
    where: { userId: used.userId, revokedAt: null },
    select: { name: true },
  });
  expect(left.map(({ name }) => name).toSorted()).toEqual(["key 7", "later"]);
});

test("the dialog speaks of one key or of many, and doesn't announce the rejection of ended keys", async ({
  page,
  user,
}) => {
  await addKeys(user.email, 4, (i) => (i > 1 ? { revokedAt: new Date() } : {}));
  await page.goto(KEY_LIST);
  const dialog = page.getByRole("alertdialog");
  const open = async (change: "Revoke" | "Delete", ...keys: number[]) => {
    for (const i of keys) await one(page, `key ${i}`).check();
    await bar(page).getByRole("button", { name: change }).click();
  };
  const close = async () => {
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await bar(page).getByRole("button", { name: "Clear" }).click();
  };

  await open("Delete", 2, 3);
  await expect(dialog).toContainText("The keys leave your list. Their history is kept.");
  await expect(dialog).toContainText("All of them are revoked or expired.");
  await expect(dialog).not.toContainText("will fail");
  await close();
  await open("Delete", 3);
  await expect(dialog).toContainText("The key leaves your list. Its history is kept.");
  await expect(dialog).toContainText("It is revoked or expired.");
  await close();
  await open("Delete", 0);
  await expect(dialog).toContainText("The key is revoked and leaves your list. Requests using it will");
  await expect(dialog).toContainText("It was not used in the last 24 hours.");
  await close();
  await open("Revoke", 0, 3);
  await expect(dialog).toHaveAccessibleName("Revoke 1 key?");
  await expect(dialog).toContainText("Requests using this key will fail immediately.");
  await expect(dialog).toContainText("1 active, 1 revoked or expired. 1 is skipped.");
  await close();
  await open("Delete", 0, 1);
  await expect(dialog).toContainText("The keys are revoked and leave your list. Requests using them will");
  await expect(dialog).toContainText("All of them are active.");
});

test("Escape clears the selection", async ({ page, user }) => {
  await addKeys(user.email, 2);
  await page.goto(KEY_LIST);
  await one(page, "key 0").check();
  await expect(bar(page)).toContainText("1 key selected");
  await page.keyboard.press("Escape");
  await expect(bar(page)).toHaveCount(0);
  await expect(one(page, "key 0")).not.toBeChecked();
});

test("the keyboard alone selects and deletes keys on a phone, and the focus is never lost", async ({ page, user }) => {
  await page.setViewportSize({ width: 375, height: 812 });
  await addKeys(user.email, 3);
  await page.goto(KEY_LIST);
  await pressSearchShortcut(page);
  while (!(await wholePage(page).evaluate((box) => box === document.activeElement))) await page.keyboard.press("Tab");
  await expect(wholePage(page)).toBeFocused();
  await page.keyboard.press("Space");
  await expect(bar(page)).toContainText("3 keys selected");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await expect(one(page, "key 0")).not.toBeChecked();
  await expect(bar(page)).toContainText("2 keys selected");
  await expectNoSidewaysScroll(page);
  for (let i = 0; i < 3; i += 1) await page.keyboard.press("Shift+Tab");
  await expect(bar(page).getByRole("button", { name: "Delete" })).toBeFocused();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("alertdialog", { name: "Delete 2 keys?" });
  await expect(dialog).toContainText("None of them was used in the last 24 hours.");
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await expectNoSidewaysScroll(page);
  await page.keyboard.press("Escape");
  await expect(bar(page).getByRole("button", { name: "Delete" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("button", { name: "Delete keys" })).toBeEnabled();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 keys removed from the list")).toBeVisible();
  await expect(keyList(page)).toBeFocused();
  await expect(keyList(page).getByRole("rowheader")).toHaveCount(1);

  // Nothing floats at 400 %, and a high-contrast theme draws the boxes itself.
  await page.setViewportSize({ width: 320, height: 256 });
  await page.emulateMedia({ forcedColors: "active" });
  await one(page, "key 0").check();
  await expect(one(page, "key 0")).toHaveCSS("appearance", "auto");
  await expect(bar(page)).toHaveCSS("position", "static");
  await expectNoSidewaysScroll(page);
});

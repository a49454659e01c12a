import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes } from "#e2e/support/accessibility.ts";
import {
  apiStatus,
  clickRowAction,
  createShownKey,
  expectRow,
  fillInNewKey,
  KEY_LIST,
  keyRow,
  newKeyField,
} from "#e2e/support/key-list.ts";
import { addKeys } from "#e2e/support/seed.ts";
import { expect, signIn } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";

test.use({ contextOptions: { reducedMotion: "no-preference" } });

const dialog = (page: Page) => page.getByRole("dialog");
const question = (page: Page) => page.getByRole("alertdialog", { name: "You haven't saved this key" });

for (const [name, open, submit] of [
  ["created", (page: Page) => fillInNewKey(page, "Production App"), "Create key"],
  ["rotated", (page: Page) => clickRowAction(page, "key 0", "Rotate"), "Rotate key"],
] as const) {
  test(`while a key is being ${name}, nothing closes the dialog that will show it`, async ({ page, user }) => {
    await addKeys(user.email, 1);
    await page.goto(KEY_LIST);
    const answer = Promise.withResolvers<void>();
    await page.route(`**${KEY_LIST}*`, async (route) => {
      if ("next-action" in route.request().headers()) await answer.promise;
      await route.continue();
    });
    await open(page);
    await page.getByRole("button", { name: submit }).click();
    await expect(dialog(page).getByRole("button", { name: "Cancel" })).toBeDisabled();
    await page.keyboard.press("Escape");
    await dialog(page).getByRole("button", { name: "Close" }).click();
    await page.mouse.click(5, 5);
    answer.resolve();
    await expect(newKeyField(page)).toHaveValue(/^gt_/);
  });
}

test("Enter and Escape in the question about an unsaved key lead back to the key", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  const secret = await createShownKey(page, "Production App");
  for (const key of ["Enter", "Escape"]) {
    await page.keyboard.press("Escape");
    await expect(question(page).getByRole("button", { name: "Back to key" })).toBeFocused();
    await page.keyboard.press(key);
    await expect(question(page)).toBeHidden();
    await expect(newKeyField(page)).toHaveValue(secret);
    await expect(newKeyField(page)).toBeFocused();
  }
});

test("a key that nobody saved can be deleted where the dialog asks, and is rejected then", async ({
  page,
  user: _,
  context,
}) => {
  await page.goto(KEY_LIST);
  const secret = await createShownKey(page, "Unwanted");
  expect(await apiStatus(page, secret)).toBe(200);
  await page.getByRole("button", { name: "Done" }).click();
  await expectAccessibleInBothThemes(page);
  const remove = question(page).getByRole("button", { name: "Delete key" });
  await context.setOffline(true);
  await remove.click();
  await expect(question(page).getByRole("alert")).toContainText("could not be reached");
  await context.setOffline(false);
  await remove.click();
  await expect(page.getByText('Revoked and removed "Unwanted"')).toBeVisible();
  await expect(newKeyField(page)).toHaveCount(0);
  await expect(page.getByText("No API keys yet")).toBeVisible();
  await expect(keyRow(page, "Unwanted")).toHaveCount(0);
  expect(await apiStatus(page, secret)).toBe(401);
});

test("Back and a reload ask once before they lose a key", async ({ page, user: _ }) => {
  await page.goto("/settings/usage");
  await page.getByRole("link", { name: "Developer Settings" }).click();
  const secret = await createShownKey(page, "Production App");

  await page.evaluate(() => history.back());
  await question(page).getByRole("button", { name: "Back to key" }).click();
  await expect(newKeyField(page)).toHaveValue(secret);
  const [asked] = await Promise.all([
    page.waitForEvent("dialog"),
    page.evaluate(() => setTimeout(() => location.reload())),
  ]);
  expect(asked.type()).toBe("beforeunload");
  await asked.dismiss();
  await expect(newKeyField(page)).toHaveValue(secret);

  // A key that was used is safe.
  await page.getByRole("button", { name: "Send a test request" }).click();
  await expect(page.getByText("200 OK")).toBeVisible();
  await page.evaluate(() => history.back());
  await expect(page).toHaveURL("/settings/usage");
});

test("a user who was signed out elsewhere learns that nothing was changed", async ({ page, user, context }) => {
  await addKeys(user.email, 1);
  await page.goto(`${KEY_LIST}?status=active`);
  await page.getByRole("button", { name: "Revoke" }).click();
  const confirm = page.getByRole("alertdialog").getByRole("button", { name: "Revoke key" });
  await expect(confirm).toBeVisible();
  await context.clearCookies();
  await confirm.click();
  await expect(page.getByRole("status").first()).toContainText("You've been signed out. Sign in to continue.");
  await signIn(page, user);
  await expect(page).toHaveURL(`${KEY_LIST}?status=active`);
  await expectRow(page, "key 0", { Status: "Active" });
});

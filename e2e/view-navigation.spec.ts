import { KEY_LIST, search } from "#e2e/support/key-list.ts";
import { addKeys } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { codeRuns } from "#e2e/support/without-code.ts";

test("the next page starts at its first row, and the focus stays with the list", async ({ page, user }) => {
  await addKeys(user.email, 40);
  await page.goto(KEY_LIST);
  await codeRuns(page);
  await page.getByRole("link", { name: "Next page" }).press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "26–40 of 40 keys" })).toBeVisible();
  await expect(page.getByRole("row").nth(1)).toBeInViewport();
  await expect(page.locator("#api-keys")).toBeFocused();
});

test("the list stays as it is offline, and follows once there is a network", async ({ page, user, context }) => {
  await addKeys(user.email, 2);
  await page.goto(KEY_LIST, { waitUntil: "networkidle" });
  await codeRuns(page);
  await context.setOffline(true);
  await search(page).fill("key 1");
  await expect(page.getByText("You're offline. The list may be out of date.")).toBeVisible();
  await page.getByRole("link", { name: /^Name/ }).click();
  await expect(page.getByRole("row")).toHaveCount(3);
  await search(page).fill("key 0");
  await page.getByRole("button", { name: "Try again" }).click();
  await context.setOffline(false);
  await expect(page).toHaveURL(/q=key/);
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(page.getByText("You're offline")).toBeHidden();
});

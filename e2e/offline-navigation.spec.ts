import { KEY_LIST } from "#e2e/support/key-list.ts";
import { expect, test } from "#e2e/support/user.ts";

test("a click on the navigation keeps the page offline, says so, and works again later", async ({
  page,
  user: _,
  context,
}) => {
  await page.goto(KEY_LIST, { waitUntil: "networkidle" });
  await context.setOffline(true);
  await page.getByRole("link", { name: "Usage" }).click();
  await expect(page.getByRole("status").filter({ hasText: "You're offline, so this page stays open." })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Developer Settings" })).toBeVisible();
  expect(page.url()).toContain(KEY_LIST);
  await context.setOffline(false);
  await expect(page.getByText("You're offline")).toBeHidden();
  await page.getByRole("link", { name: "Usage" }).click();
  await expect(page.getByRole("heading", { name: "Usage", level: 1 })).toBeVisible();
});

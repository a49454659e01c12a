import { clickRowAction, KEY_LIST } from "#e2e/support/key-list.ts";
import { seedKey } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { database } from "#lib/database/client.ts";

test("a form that began before another change says so, and opened again it shows that change", async ({
  page,
  user,
}) => {
  const { key } = await seedKey(user.email);
  const dialog = page.getByRole("dialog");
  const perMinute = dialog.getByLabel("Requests per minute");
  await page.goto(KEY_LIST);
  await clickRowAction(page, "Production App", "Edit permissions");
  await perMinute.fill("10");
  const data = { requestsPerMinute: 5 };
  await database().apiKey.update({ where: { id: key.id }, data });
  await dialog.getByRole("button", { name: "Save changes" }).click();
  const words = "The permissions were changed elsewhere. Close this form and open it again.";
  await expect(dialog.getByRole("alert").filter({ hasText: words })).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("Restricted: 5 requests a minute")).toBeVisible();
  await clickRowAction(page, "Production App", "Edit permissions");
  await expect(perMinute).toHaveValue("5");
  await perMinute.fill("10");
  await dialog.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText('Changed the permissions of "Production App"', { exact: true })).toBeVisible();
  expect(await database().apiKey.findUnique({ where: { id: key.id }, select: { requestsPerMinute: true } })).toEqual({
    requestsPerMinute: 10,
  });
});

import type { Page } from "playwright/test";
import { expectAccessible } from "#e2e/support/accessibility.ts";
import {
  apiStatus,
  clickRowAction,
  closeNewKey,
  createKey,
  expectRow,
  fillInNewKey,
  KEY_LIST,
  keyRow,
  newKeyField,
  openRowMenu,
} from "#e2e/support/key-list.ts";
import { expect, test } from "#e2e/support/user.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

async function rotate(page: Page, overlap: string): Promise<string> {
  await clickRowAction(page, "Main", "Rotate");
  await page.getByLabel("Expire old key").selectOption(overlap);
  await page.getByRole("button", { name: "Rotate key" }).click();
  return closeNewKey(page);
}

test("a rotated key overlaps with its successor, is marked in the list, and can be extended or ended", async ({
  page,
  address,
  user: _,
}) => {
  await page.goto(KEY_LIST);
  const old = await createKey(page, "Main");
  const successor = await rotate(page, "24 hours");
  expect(successor).not.toBe(old);
  const table = page.getByRole("table", { name: "API keys" });
  await expect(table.getByText("No requests with the old key since rotation.")).toBeVisible();
  expect([await apiStatus(page, old), await apiStatus(page, successor)]).toEqual([200, 200]);
  const network = address.replace(/\d+$/, "0/24");
  await expect(async () => {
    await page.reload();
    await expect(table).toContainText(new RegExp(`Still called from ${network} by Chrome on Linux · 1 request ·`), {
      timeout: 500,
    });
  }).toPass();
  await expect(keyRow(page, "Old key").locator("time").last()).toHaveText(/^in 2[34] hours$/);
  await expectRow(page, "New key", { "Last used": "just now", Expires: "Never" });
  await expectAccessible(page);

  const end = keyRow(page, "Old key").locator("time").last();
  const later = new Date(Date.parse((await end.getAttribute("datetime")) ?? "") + 7 * DAY_MS);
  await openRowMenu(page, "Old key");
  await expect(page.getByRole("menuitem", { name: "Rotate" })).toHaveCount(0);
  await page.getByRole("menuitem", { name: "Extend" }).click();
  await page.getByLabel("Extend by").selectOption("7 days");
  await expect(page.getByText(/^It will end on .+ instead of .+\.$/)).toBeVisible();
  await page.getByRole("button", { name: "Extend", exact: true }).click();
  await expect(page.getByText("Old key extended")).toBeVisible();
  await expect(end).toHaveAttribute("datetime", later.toISOString());

  await table.getByRole("button", { name: "End old key of Main" }).click();
  const alert = page.getByRole("alertdialog", { name: 'End old key "Main"?' });
  const typed = alert.getByRole("textbox", { name: "Type the key's prefix to confirm" });
  for (const other of ["Main", successor.slice(0, 7)]) {
    await typed.fill(other);
    await alert.getByRole("button", { name: "End old key" }).click();
    await expect(alert.getByText("This is not the key's prefix.")).toBeVisible();
  }
  await typed.fill(old.slice(0, 7));
  await alert.getByRole("button", { name: "End old key" }).click();
  await expect(page.getByText('Ended the old key "Main"')).toBeVisible();
  expect([await apiStatus(page, old), await apiStatus(page, successor)]).toEqual([401, 200]);
});

test("a key that expires before the end of its overlap shows when", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  await fillInNewKey(page, "Short");
  await page.getByLabel("Expires").selectOption("Custom date");
  const day = await page.evaluate(() => new Date(Date.now() + 3 * 86_400_000).toLocaleDateString("sv"));
  await page.getByLabel("Expiry date").fill(day);
  await page.getByRole("button", { name: "Create key" }).click();
  await closeNewKey(page);
  await clickRowAction(page, "Short", "Rotate");
  const overlap = page.getByLabel("Expire old key");
  const end = await page.evaluate((last) => {
    const [year = 0, month = 0, date = 0] = last.split("-").map(Number);
    const at = new Date(new Date(year, month - 1, date + 1).getTime() - 1);
    return at.toLocaleString(undefined, { dateStyle: "long", timeStyle: "long" });
  }, day);
  await expect(overlap).toHaveAccessibleDescription(/^The old key works until .+\.$/);
  await expect(overlap).not.toHaveAccessibleDescription(`The old key works until ${end}.`);
  await overlap.selectOption("7 days");
  await expect(overlap).toHaveAccessibleDescription(`The old key works until ${end}.`);
  await overlap.selectOption("24 hours after the new key is first used");
  await expect(overlap).toHaveAccessibleDescription(
    `The old key works until 24 hours after the first successful request with the new one, and at the latest until ${end}.`,
  );
});

test("rotated immediately, the old key is rejected once the new one is shown", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  const old = await createKey(page, "Main");
  expect(await apiStatus(page, old)).toBe(200);
  await expectRow(page, "Main", { "Last used": "just now" });
  await clickRowAction(page, "Main", "Rotate");
  await page.getByLabel("Expire old key").selectOption("Now");
  await page.getByRole("textbox", { name: "Type the key's name to confirm" }).fill("Main");
  await page.getByRole("button", { name: "Rotate key" }).click();
  await expect(newKeyField(page)).toBeVisible();
  expect(await apiStatus(page, old)).toBe(401);
  expect(await apiStatus(page, await closeNewKey(page))).toBe(200);
});

test("a key that ends on its successor's first use says so, and is not rotated twice from another tab", async ({
  page,
  context,
  user: _,
}) => {
  await page.goto(KEY_LIST);
  await createKey(page, "Main");
  const other = await context.newPage();
  // Offline, this tab doesn't refresh its list.
  await other.addInitScript("Object.defineProperty(navigator, 'onLine', { get: () => false })");
  await other.goto("/settings/developer");
  await clickRowAction(page, "Main", "Rotate");
  await page.getByLabel("Expire old key").selectOption("24 hours after the new key is first used");
  await page.getByRole("button", { name: "Rotate key" }).click();
  await expect(page.getByRole("button", { name: "Send a test request" })).toHaveAccessibleDescription(
    "A test request counts as the first use: the old key expires 24 hours after it.",
  );
  await closeNewKey(page);
  await expectRow(page, "Old key", { Expires: /in (29 days|1 month|30 days)/ });
  await expect(page.getByText("Ends 24 hours after the new key is first used, at the latest in")).toBeVisible();

  await clickRowAction(other, "Main", "Rotate");
  await other.getByRole("button", { name: "Rotate key" }).click();
  await expect(other.getByText("This key was rotated already. Its successor is in your list.")).toBeVisible();
});

test("a key whose successor was revoked can be rotated again", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  const old = await createKey(page, "Main");
  await rotate(page, "24 hours after the new key is first used");
  await keyRow(page, "New key").getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText('Revoked "Main"')).toBeVisible();
  await expect(keyRow(page, "Old key")).toHaveCount(0);
  const active = page.getByRole("row").filter({ hasText: "Active" });
  await expect(active).not.toContainText("24 hours after the new key is first used");

  await active.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Rotate" }).click();
  await page.getByRole("button", { name: "Rotate key" }).click();
  const successor = await closeNewKey(page);
  await expectRow(page, "Old key");
  await expectRow(page, "New key", { Expires: "Never" });
  expect([await apiStatus(page, old), await apiStatus(page, successor)]).toEqual([200, 200]);
});

import type { Page } from "playwright/test";
import { clickRowAction, closeNewKey, expectRow, fillInNewKey, KEY_LIST, keyRow } from "#e2e/support/key-list.ts";
import { seedKey } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { database } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

/** Opens a page whose clock is the given days ahead, and lets a minute pass there. */
async function openWithClock(page: Page, days: number, path: string): Promise<void> {
  await page.clock.install({ time: Date.now() + days * DAY_MS });
  await page.goto(path);
  await expect(page.getByRole("rowheader").first()).toBeVisible();
  await page.clock.runFor(60_000);
}

for (const days of [3, -3])
  test(`a browser's clock that is ${days} days ahead changes no status and hides no action`, async ({ page, user }) => {
    const soon = await seedKey(user.email, { type: "custom", at: new Date(Date.now() + DAY_MS) });
    const ended = await seedKey(user.email, { type: "custom", at: new Date(Date.now() + DAY_MS) });
    await database().apiKey.update({
      where: { id: ended.key.id },
      data: { name: "Ended", expiresAt: new Date(Date.now() - DAY_MS) },
      select: { id: true },
    });
    await openWithClock(page, days, `${KEY_LIST}?sort=name&direction=desc`);
    await expectRow(page, "Production App", { Status: "Active", Created: /^(just now|[12] minutes? ago)$/ });
    await expectRow(page, "Ended", { Status: "Expired" });
    await expect(keyRow(page, "Production App").getByRole("button", { name: "Revoke" })).toBeVisible();
    await clickRowAction(page, "Production App", "Delete");
    await expect(page.getByRole("alertdialog")).toContainText("will fail immediately");
    await page.keyboard.press("Escape");
    await page.goto(`${KEY_LIST}/${soon.key.id}`);
    await page.clock.runFor(60_000);
    await expect(page.getByRole("button", { name: "Revoke" })).toBeVisible();
  });

test("the first day that a new key may expire on follows the server's clock", async ({ page, user: _ }) => {
  await page.clock.install({ time: Date.now() + 3 * DAY_MS });
  await page.goto(KEY_LIST);
  await fillInNewKey(page, "Until tomorrow");
  await page.getByLabel("Expires").selectOption("Custom date");
  const date = page.getByLabel("Expiry date");
  const today = new Date().toLocaleDateString("sv", { timeZone: "Europe/Berlin" });
  const tomorrow = new Date(Date.parse(today) + DAY_MS).toISOString().slice(0, 10);
  await expect(date).toHaveAttribute("min", tomorrow);
  await date.fill(tomorrow);
  await page.getByRole("button", { name: "Create key" }).click();
  await closeNewKey(page);
  await page.clock.runFor(60_000);
  await expectRow(page, "Until tomorrow", { Expires: /in \d+ hours|tomorrow|in 2 days/ });
});

import type { Page } from "playwright/test";
import { createKey } from "#e2e/support/test-api.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { database } from "#lib/database/client.ts";

const HOME = "/settings/developer";
const DAY_MS = 86_400_000;
const row = (page: Page) => page.getByRole("row").nth(1);

async function idOf(email: string): Promise<string> {
  return (await database().user.findUniqueOrThrow({ where: { email }, select: { id: true } })).id;
}

/** Lets the page believe that it is so many days later, and a minute pass there. */
async function openWithClock(page: Page, days: number, path: string): Promise<void> {
  await page.clock.install({ time: Date.now() + days * DAY_MS });
  await page.goto(path);
  await expect(row(page)).toBeVisible();
  await page.clock.runFor(60_000);
}

for (const days of [3, -3])
  test(`a browser's clock that is ${days} days ahead changes no status and hides no action`, async ({ page, user }) => {
    const userId = await idOf(user.email);
    const soon = await createKey(userId, { type: "custom", at: new Date(Date.now() + DAY_MS) });
    const ended = await createKey(userId, { type: "custom", at: new Date(Date.now() + DAY_MS) });
    await database().apiKey.update({
      where: { id: ended.key.id },
      data: { name: "Ended", expiresAt: new Date(Date.now() - DAY_MS) },
      select: { id: true },
    });
    await openWithClock(page, days, `${HOME}?sort=name&direction=desc`);
    await expect(row(page)).toContainText("Active");
    await expect(row(page).locator("time").first()).toHaveText(/^(just now|[12] minutes? ago)$/);
    await expect(page.getByRole("row").nth(2)).toContainText("Expired");
    await expect(row(page).getByRole("button", { name: "Revoke" })).toBeVisible();
    await row(page).getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await expect(page.getByRole("alertdialog")).toContainText("will start failing");
    await page.keyboard.press("Escape");
    await page.goto(`${HOME}/${soon.key.id}`);
    await page.clock.runFor(60_000);
    await expect(page.getByRole("button", { name: "Revoke" })).toBeVisible();
  });

test("the days that a new key may expire on are counted from the server's", async ({ page, user: _ }) => {
  await page.clock.install({ time: Date.now() + 3 * DAY_MS });
  await page.goto(HOME);
  await page.getByRole("button", { name: "Create New API Key" }).first().click();
  await page.getByRole("textbox", { name: "Name" }).fill("Until tomorrow");
  await page.getByLabel("Expires").selectOption("Custom date");
  const date = page.getByLabel("Expiry date");
  const inBerlin = (at: number) => new Date(at).toLocaleDateString("sv", { timeZone: "Europe/Berlin" });
  const tomorrow = inBerlin(Date.now() + DAY_MS);
  await expect(date).toHaveAttribute("min", tomorrow);
  await date.fill(tomorrow);
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByRole("textbox", { name: "API key" })).toBeVisible();
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Close anyway" }).click();
  await page.clock.runFor(60_000);
  await expect(row(page).locator("time").last()).toHaveText(/in (\d+ hours|24 hours)|tomorrow/);
});

import type { Page } from "playwright/test";
import { addKeys } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { violations } from "#e2e/support/violations.ts";
import { test } from "#e2e/support/with-database.ts";

const HOME = "/settings/developer";
const EXACT = /\d{1,2} \w+ \d{4} at \d\d:\d\d:\d\d (GMT|UTC|CES?T)/;
const CREATED = new Date("2025-03-04T05:06:07Z");
const EXPIRES = new Date(Date.now() + 40 * 86_400_000);

const tooltip = (page: Page) => page.getByRole("tooltip");
const row = (page: Page, name: string) => page.getByRole("row").filter({ hasText: name });

test("a tap on a time says it exactly, and a tap elsewhere takes it away", async ({
  user,
  browser,
  context,
  baseURL,
}) => {
  await addKeys(user.email, 2, () => ({ createdAt: CREATED }));
  const phone = await browser.newContext({
    baseURL: String(baseURL),
    storageState: await context.storageState(),
    viewport: { width: 375, height: 812 },
    hasTouch: true,
    isMobile: true,
    timezoneId: "Europe/Berlin",
    locale: "en-GB",
  });
  const page = await phone.newPage();
  await page.goto(HOME, { waitUntil: "networkidle" });
  await row(page, "key 1").locator("time").first().tap();
  await expect(tooltip(page)).toHaveText("4 March 2025 at 06:06:07 CET");
  const box = await tooltip(page).boundingBox();
  expect(Number(box?.x)).toBeGreaterThanOrEqual(0);
  expect(Number(box?.x) + Number(box?.width)).toBeLessThanOrEqual(375);
  await page.getByRole("heading", { level: 1 }).tap();
  await expect(tooltip(page)).toHaveCount(0);
  await phone.close();
});

test("by keyboard a row says its times exactly, without a tab stop more", async ({ page, user }) => {
  await addKeys(user.email, 2, (i) => ({ createdAt: new Date(CREATED.getTime() - i), expiresAt: EXPIRES }));
  await page.goto(HOME, { waitUntil: "networkidle" });
  await page.getByRole("checkbox", { name: "Select key 0" }).focus();
  await expect(tooltip(page)).toContainText(
    /last year: 4 March 2025 at 06:06:07 CET|ago: 4 March 2025 at 06:06:07 CET/,
  );
  await expect(tooltip(page)).toContainText(new RegExp(`next month: ${EXACT.source}`));
  const name = page.getByRole("link", { name: "key 0" });
  await page.keyboard.press("Tab");
  await expect(name).toBeFocused();
  await expect(name).toHaveAccessibleDescription(EXACT);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(tooltip(page)).toHaveCount(0);
  // Revoke, the menu, and the next row.
  for (let i = 0; i < 3; i += 1) await page.keyboard.press("Tab");
  await expect(page.getByRole("checkbox", { name: "Select key 1" })).toBeFocused();
  await expect(tooltip(page)).toContainText(EXACT);
  for (let i = 0; i < 5; i += 1) await page.keyboard.press("Shift+Tab");
  await expect(tooltip(page)).toHaveCount(0);
});

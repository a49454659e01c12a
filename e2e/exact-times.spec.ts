import type { Page } from "playwright/test";
import { expectAccessible } from "#e2e/support/accessibility.ts";
import { KEY_LIST, keyRow } from "#e2e/support/key-list.ts";
import { addKeys } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { codeRuns } from "#e2e/support/without-code.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

const EXACT = /\d{1,2} \w+ \d{4} at \d\d:\d\d:\d\d (GMT|UTC|CES?T)/;
const CREATED = new Date("2025-03-04T05:06:07Z");
const EXPIRES = new Date(Date.now() + 40 * DAY_MS);

const tooltip = (page: Page) => page.getByRole("tooltip");

test("a tap on a time shows it exactly, and a tap elsewhere hides it", async ({ user, openBrowser, context }) => {
  await addKeys(user.email, 2, () => ({ createdAt: CREATED }));
  const page = await openBrowser({
    storageState: await context.storageState(),
    viewport: { width: 375, height: 812 },
    hasTouch: true,
    isMobile: true,
  });
  await page.goto(KEY_LIST);
  await codeRuns(page);
  await keyRow(page, "key 1").locator("time").first().tap();
  await expect(tooltip(page)).toHaveText("4 March 2025 at 06:06:07 CET");
  await expect(tooltip(page)).toBeInViewport({ ratio: 1 });
  await page.getByRole("heading", { level: 1 }).tap();
  await expect(tooltip(page)).toHaveCount(0);
});

test("the keyboard shows the exact times of a row without another tab stop", async ({ page, user }) => {
  await addKeys(user.email, 2, (i) => ({ createdAt: new Date(CREATED.getTime() - i), expiresAt: EXPIRES }));
  await page.goto(KEY_LIST);
  await codeRuns(page);
  await page.getByRole("checkbox", { name: "Select key 0" }).focus();
  await expect(tooltip(page)).toContainText(
    /last year: 4 March 2025 at 06:06:07 CET|ago: 4 March 2025 at 06:06:07 CET/,
  );
  await expect(tooltip(page)).toContainText(new RegExp(`next month: ${EXACT.source}`));
  const name = page.getByRole("link", { name: "key 0" });
  await page.keyboard.press("Tab");
  await expect(name).toBeFocused();
  await expect(name).toHaveAccessibleDescription(EXACT);
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(tooltip(page)).toHaveCount(0);
  // Revoke, the menu, and the next row.
  for (let i = 0; i < 3; i += 1) await page.keyboard.press("Tab");
  await expect(page.getByRole("checkbox", { name: "Select key 1" })).toBeFocused();
  await expect(tooltip(page)).toContainText(EXACT);
  for (let i = 0; i < 5; i += 1) await page.keyboard.press("Shift+Tab");
  await expect(tooltip(page)).toHaveCount(0);
});

import { expectAccessibleInBothThemes, expectNoSidewaysScroll, expectTablesFit } from "#e2e/support/accessibility.ts";
import { KEY_LIST } from "#e2e/support/key-list.ts";
import { seedKey } from "#e2e/support/seed.ts";
import { expect, signIn } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";

const PAGES = { usage: "Usage", activity: "Activity", account: "Account" };

for (const [path, title] of Object.entries(PAGES)) {
  test(`/settings/${path} is in the navigation, needs a session, has no violation in either theme, and fits a phone`, async ({
    page,
    user: _,
    openBrowser,
  }) => {
    await page.goto(KEY_LIST);
    await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: title }).click();
    await expect(page).toHaveURL(`/settings/${path}`);
    await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
    await expectAccessibleInBothThemes(page);
    await page.setViewportSize({ width: 375, height: 812 });
    await expectNoSidewaysScroll(page);
    await expectTablesFit(page);

    const visitor = await openBrowser();
    await visitor.goto(`/settings/${path}`);
    await expect(visitor).toHaveURL(`/sign-in?next=%2Fsettings%2F${path}`);
    expect((await visitor.request.get("/settings/activity/export", { maxRedirects: 0 })).status()).toBe(307);
  });
}

for (const shown of ["/settings/developer?status=active", "/settings/usage", "/settings/activity?about=api_key"])
  test(`an export without a session leads to sign-in and then to its page: ${shown}`, async ({ page, user }) => {
    await seedKey(user.email);
    await page.goto(shown);
    const link = page.getByRole("link", { name: "Export CSV" });
    await page.context().clearCookies();
    await link.click();
    await page.waitForURL(/sign-in/);
    await signIn(page, user);
    await expect(page).toHaveURL(shown);
    const download = page.waitForEvent("download");
    await link.click();
    expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  });

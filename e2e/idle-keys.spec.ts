import { expectAccessibleInBothThemes, expectNoSidewaysScroll } from "#e2e/support/accessibility.ts";
import { CALLER, seedKey } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { database } from "#lib/database/client.ts";

test("the page of a key that was disabled as unused says so until the key is enabled", async ({ page, user }) => {
  const { userId, key } = await seedKey(user.email);
  await setDisabled(userId, key.id, "disabled", CALLER);
  const reason = page.getByText("because it hadn't been used for a long time");
  await page.goto(`/settings/developer/${key.id}`);
  await expect(page.getByText("Disabled", { exact: true })).toBeVisible();
  await expect(reason).toHaveCount(0);

  // The state that scheduled work leaves. lib/notices/idle-keys.test.ts runs that work.
  const now = new Date();
  const notice = { idleSince: key.createdAt, daysBefore: 0, disablesAt: now, noticedAt: now };
  await database().idleNotice.create({ data: { apiKeyId: key.id, ...notice } });
  await page.reload();
  await expect(reason).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await page.setViewportSize({ width: 320, height: 700 });
  await expectNoSidewaysScroll(page);
  await page.getByRole("button", { name: "More actions for Production App" }).click();
  await page.getByRole("menuitem", { name: "Enable" }).click();
  await page.getByRole("button", { name: "Enable key" }).click();
  await expect(page.getByText("Active", { exact: true })).toBeVisible();
  await expect(reason).toHaveCount(0);
});

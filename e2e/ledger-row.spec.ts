import { expectAccessibleInBothThemes, expectNoSidewaysScroll } from "#e2e/support/accessibility.ts";
import { seedKey } from "#e2e/support/seed.ts";
import { cells } from "#e2e/support/table.ts";
import { expect } from "#e2e/support/user.ts";
import { awayFromMidnight } from "#e2e/support/utc-day.ts";
import { test } from "#e2e/support/with-database.ts";
import { reserve } from "#lib/credits/store.ts";
import { database } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

test.describe("a row of the ledger", () => {
  test("opens into its movements, page by page, until only the sums of its day are kept", async ({ page, user }) => {
    await awayFromMidnight();
    const { userId, key } = await seedKey(user.email);
    await database().$executeRaw`
      WITH "balance" AS (UPDATE "Balance" SET "credits" = "credits" - 61 WHERE "userId" = ${userId}::uuid)
      INSERT INTO "CreditMovement" ("userId", "kind", "amount", "apiKeyId", "createdAt")
      SELECT ${userId}::uuid, 'charged', -1, ${key.id}::uuid, now() - make_interval(hours => 24 * CASE WHEN i = 61 THEN 200 ELSE 1 END)
      FROM generate_series(1, 61) i`;
    await database().$executeRaw`
      INSERT INTO "LedgerDetail" ("day") VALUES ((now() AT TIME ZONE 'UTC')::date - 100) ON CONFLICT ("id") DO NOTHING`;
    await reserve({ userId, apiKeyId: key.id, credits: 5, quota: null, cap: null }, 60);

    await page.goto("/settings/usage");
    const table = page.getByRole("region", { name: "Credits by day and key", exact: true });
    const [today, yesterday, rolledUp] = [0, 1, 200].map((ago) =>
      new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10),
    );
    await table
      .getByRole("link", { name: /^Production App/ })
      .first()
      .click();
    await expect(page).toHaveURL(`/settings/usage/${today}/${key.id}`);
    expect((await cells(page, "Single movements")).map((row) => row.slice(0, 2))).toEqual([["Reserved", "-5"]]);
    await page.goBack();
    await table
      .getByRole("link", { name: /^Production App/ })
      .nth(1)
      .click();
    await expect(page).toHaveURL(`/settings/usage/${yesterday}/${key.id}`);
    expect(await cells(page, "Single movements")).toHaveLength(50);
    const pages = page.getByRole("navigation", { name: "Pages of movements" });
    await pages.getByRole("link", { name: "Older" }).click();
    await expect(page).toHaveURL(/\?from=later_/);
    await expect(pages.getByRole("link")).toHaveText(["Newer"]);
    expect(await cells(page, "Single movements")).toHaveLength(10);
    await expectAccessibleInBothThemes(page);
    await page.setViewportSize({ width: 375, height: 812 });
    await expectNoSidewaysScroll(page);

    await page.goto(`/settings/usage/${rolledUp}/${key.id}`);
    await expect(page.getByText("Of this day only the sums above are kept.")).toBeVisible();
    await expect(page.locator("dl > div").filter({ hasText: "Charged" }).locator("dd")).toHaveText("1");

    for (const path of [`${yesterday}/${userId}`, `2026-02-30/${key.id}`, `${yesterday}/x`]) {
      expect((await page.goto(`/settings/usage/${path}`))?.status(), path).toBe(404);
    }
  });
});

import { KEY_LIST } from "#e2e/support/key-list.ts";
import { addKeys } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { codeRuns } from "#e2e/support/without-code.ts";

test("a change of the page below a resting mouse doesn't hide the exact times of the focused row", async ({
  page,
  user,
}) => {
  await addKeys(user.email, 1);
  await page.clock.install();
  await page.goto(KEY_LIST);
  await codeRuns(page);
  await page.getByRole("checkbox", { name: "Select key 0" }).focus();
  await page.clock.runFor(1_000);
  const tooltip = page.getByRole("tooltip");
  await expect(tooltip).toBeVisible();
  // A browser sends this event when what is below the mouse changes.
  await page.getByRole("heading", { level: 1 }).dispatchEvent("pointerover", { pointerType: "mouse" });
  await page.clock.runFor(1_000);
  await expect(tooltip).toHaveAttribute("data-open");
  await page.keyboard.press("Escape");
  await expect(tooltip).toHaveCount(0);
});

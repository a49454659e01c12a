import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes } from "#e2e/support/accessibility.ts";
import { clickRowAction, closeNewKey, createButton, expectRow, KEY_LIST } from "#e2e/support/key-list.ts";
import { startDashboard } from "#e2e/support/start-dashboard.ts";
import { expect, newUser, signUp } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";

const WORDS = "A key may last at most 45 days from its creation.";

const options = (page: Page, label: string) =>
  page.getByRole("combobox", { name: label, exact: true }).getByRole("option");

test("where the operator limits how long keys last, each form says so and offers nothing longer", async ({
  openBrowser,
}) => {
  const server = await startDashboard({ MAX_KEY_LIFETIME_DAYS: "45" });
  try {
    const page = await openBrowser({ baseURL: server.url });
    await signUp(page, newUser());
    await page.goto(KEY_LIST);
    await createButton(page).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Name" }).fill("Bounded");
    await expect(dialog.getByText(WORDS)).toBeVisible();
    await expect(options(page, "Expires")).toHaveText([/^7 days/, /^30 days/, "Custom date"]);
    await expect(dialog.getByRole("combobox", { name: "Expires" })).toHaveValue("30d");
    await expectAccessibleInBothThemes(page);
    await dialog.getByRole("combobox", { name: "Expires" }).selectOption("custom");
    await dialog.getByLabel("Expiry date").fill("2031-01-01");
    await dialog.getByRole("button", { name: "Create key" }).click();
    await expect(dialog.getByRole("alert").filter({ hasText: WORDS })).toBeVisible();
    await dialog.getByRole("combobox", { name: "Expires" }).selectOption("30d");
    await dialog.getByRole("button", { name: "Create key" }).click();
    await closeNewKey(page);
    await expectRow(page, "Bounded", { Status: "Active" });

    await clickRowAction(page, "Bounded", "Edit expiry");
    await expect(page.getByRole("dialog").getByText(WORDS)).toBeVisible();
    await expect(options(page, "Expires")).toHaveText([/^7 days/, /^30 days/, "Custom date"]);
    await page.keyboard.press("Escape");
    await clickRowAction(page, "Bounded", "Rotate");
    await expect(page.getByRole("dialog").getByText(WORDS)).toBeVisible();
    await expect(options(page, "New key expires")).toHaveText([/^7 days/, /^30 days/, "Custom date"]);
  } finally {
    await server.end("SIGTERM");
  }
});

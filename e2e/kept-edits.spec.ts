import { clickRowAction, KEY_LIST } from "#e2e/support/key-list.ts";
import { seedKey } from "#e2e/support/seed.ts";
import { expect, signIn } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";

const EDITS = [
  { action: "Rename", label: "Name", typed: "Worker in Frankfurt", save: "Save name" },
  { action: "Edit note", label: "Note", typed: "In the vault of the\nFrankfurt cluster", save: "Save note" },
  { action: "Edit permissions", label: "Allowed networks", typed: "203.0.113.0/24", save: "Save changes" },
];

for (const { action, label, typed, save } of EDITS)
  test(`${action} keeps what was typed across another sign-in`, async ({ page, user, context }) => {
    await seedKey(user.email);
    await page.goto(KEY_LIST);
    await clickRowAction(page, "Production App", action);
    const field = page.getByRole("dialog").getByRole("textbox", { name: label });
    await field.fill(typed);
    await context.clearCookies();
    await page.getByRole("button", { name: save }).click();
    await expect(page.getByText("You've been signed out. Sign in to continue.")).toBeVisible();
    await signIn(page, user);
    await page.waitForURL(KEY_LIST);
    await clickRowAction(page, "Production App", action);
    await expect(field).toHaveValue(typed);
    await page.getByRole("button", { name: save }).click();
    await expect(field).toBeHidden();
  });

import type { Page } from "playwright/test";

/** Opens the latest day of the seeded key in the history of credits. */
export async function openLedgerRow(page: Page): Promise<void> {
  await page.goto("/settings/usage");
  await page
    .getByRole("link", { name: /^Production App on/ })
    .first()
    .click();
  await page.getByRole("heading", { name: "Movements" }).waitFor();
}

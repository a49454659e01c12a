import { expect, type Locator, type Page } from "playwright/test";

/**
 * Reads the cells of a table below its head. Call it once the page that holds the table is sure to
 * be there, such as after `goto`, `toHaveURL` or `follow`.
 */
export async function cells(page: Page, table: string): Promise<(string | null)[][]> {
  await page.waitForLoadState();
  const region = page.getByRole("region", { name: table, exact: true });
  await region.waitFor();
  return region
    .getByRole("row")
    .evaluateAll((rows) =>
      rows.slice(1).map((row) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent)),
    );
}

/** Clicks what leads to another address, and waits for that address. */
export async function follow(page: Page, link: Locator): Promise<void> {
  const before = page.url();
  await link.click();
  await expect(page).not.toHaveURL(before);
}

import type { Page } from "playwright/test";

/** Reads a table once its page has come. After a click, first wait for the new address. */
export const cells = async (page: Page, table: string) => {
  await page.waitForLoadState();
  const region = page.getByRole("region", { name: table, exact: true });
  await region.waitFor();
  return region
    .getByRole("row")
    .evaluateAll((rows) =>
      rows.slice(1).map((row) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent)),
    );
};

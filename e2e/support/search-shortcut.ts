import { expect, type Page } from "playwright/test";

/** Presses `/` until the search has the focus: only then does the page listen to shortcuts. */
export async function pressSearchShortcut(page: Page): Promise<void> {
  await expect(async () => {
    await page.keyboard.press("/");
    await expect(page.getByRole("searchbox", { name: "Search" })).toBeFocused({ timeout: 500 });
  }).toPass();
}

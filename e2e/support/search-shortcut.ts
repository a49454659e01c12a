import { expect, type Page } from "playwright/test";

/** Presses `/` until it is heard, which is when the page has come to life; shortcuts pressed after it are heard, too. */
export async function pressSearchShortcut(page: Page): Promise<void> {
  await expect(async () => {
    await page.keyboard.press("/");
    await expect(page.getByRole("searchbox", { name: "Search" })).toBeFocused({ timeout: 500 });
  }).toPass();
}

import type { Page } from "playwright/test";

/** Sets the size of the text of the open page, as a browser's setting does: "200%". */
export function enlargeText(page: Page, size: string): Promise<void> {
  return page.evaluate((size) => {
    document.documentElement.style.fontSize = size;
  }, size);
}

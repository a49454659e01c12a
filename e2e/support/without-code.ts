import { expect, type Page } from "playwright/test";

const CHUNKS = "**/_next/static/chunks/*.js";

/** Opens a page whose code hasn't arrived. Returns a function that lets the code arrive and run. */
export async function openWithoutCode(page: Page, path: string): Promise<() => Promise<void>> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(CHUNKS, (route) => promise.then(() => route.continue()));
  await page.goto(path, { waitUntil: "commit" });
  return async () => {
    resolve();
    await codeRuns(page);
  };
}

/**
 * Waits until the code of an open page runs. A test does so before it acts in a way that the page
 * doesn't repeat later, such as with a shortcut, a focus or a touch.
 */
export async function codeRuns(page: Page): Promise<void> {
  await page.waitForLoadState();
  await expect.poll(() => page.evaluate(() => globalThis.earlyPresses === undefined)).toBe(true);
}

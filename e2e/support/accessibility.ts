import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "playwright/test";

/**
 * Waits until no animation runs that ends. One in a row that is far from being seen does not run.
 */
export async function waitForAnimations(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const ending = document
      .getAnimations()
      .filter(
        ({ effect }) =>
          effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY &&
          (effect as KeyframeEffect | null)?.target?.checkVisibility({ contentVisibilityAuto: true }),
      );
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}

/** Expects no violation once animations have ended: colors that still fade have no contrast. */
export async function expectAccessible(page: Page): Promise<void> {
  await waitForAnimations(page);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations, page.url()).toEqual([]);
}

export async function expectAccessibleInBothThemes(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(page);
  }
}

/** Expects that the page doesn't scroll sideways (WCAG 2.2, 1.4.10). */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const excess = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await expect.poll(excess, page.url()).toBeLessThanOrEqual(0);
}

/** Expects that the page has tables and none of them scrolls sideways. */
export async function expectTablesFit(page: Page): Promise<void> {
  const excess = () =>
    page
      .locator("section:has(> table)")
      .evaluateAll((tables) => tables.map((table) => Math.max(0, table.scrollWidth - table.clientWidth)));
  await expect.poll(async () => Math.max(0, ...(await excess())), page.url()).toBe(0);
}

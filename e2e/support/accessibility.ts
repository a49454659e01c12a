import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import { expect, type Page } from "playwright/test";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Waits for animations that end. A color that an element inherits while it fades starts another
 * animation. One in a row that is far out of view doesn't run.
 */
export async function waitForAnimations(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const ending = () =>
      document
        .getAnimations()
        .filter(
          ({ effect, playState }) =>
            playState === "running" &&
            effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY &&
            (effect as KeyframeEffect | null)?.target?.checkVisibility({ contentVisibilityAuto: true }),
        );
    const nextFrames = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await nextFrames();
    for (let running = ending(); running.length > 0; running = ending()) {
      await Promise.allSettled(running.map(({ finished }) => finished));
      await nextFrames();
    }
  });
}

/** The rules that depend on the theme. */
const COLOR_RULES = ["color-contrast", "link-in-text-block"];

/** Expects no violation once animations have ended: colors that still fade have no contrast. */
export async function expectAccessible(page: Page, rules?: string[]): Promise<void> {
  await waitForAnimations(page);
  // `@axe-core/playwright` evaluates the whole of axe twice in each run, and has it describe what
  // passes, which took longer than the check.
  if (await page.evaluate(() => !("axe" in window))) await page.evaluate(AXE);
  const violations = await page.evaluate(async (runOnly) => {
    const { run } = (window as unknown as { axe: typeof axe }).axe;
    return (await run({ resultTypes: ["violations"], ...(runOnly && { runOnly }) })).violations;
  }, rules);
  expect(violations, page.url()).toEqual([]);
}

/** Checks all rules in the light theme, and the rules about colors in the dark theme. */
export async function expectAccessibleInBothThemes(page: Page): Promise<void> {
  for (const [colorScheme, rules] of [
    ["light", undefined],
    ["dark", COLOR_RULES],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(page, rules);
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

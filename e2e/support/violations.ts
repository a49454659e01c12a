import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright";

/** What axe finds on a page where nothing moves any more: a colour on its way from one theme to the other is on neither's ground. */
export async function violations(page: Page) {
  await page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
  return (await new AxeBuilder({ page }).analyze()).violations;
}

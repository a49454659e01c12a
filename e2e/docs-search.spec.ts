import type { Page } from "playwright/test";
import { expect, test } from "playwright/test";
import { expectAccessibleInBothThemes } from "#e2e/support/accessibility.ts";
import { codeRuns } from "#e2e/support/without-code.ts";

const field = (page: Page) => page.getByRole("dialog").getByRole("combobox", { name: "Search the docs" });
const link = (page: Page) => page.getByRole("link", { name: "Search the docs" });

test("search finds a section in spite of a typo, by keyboard only", async ({ page }) => {
  await page.goto("/docs/quick-start");
  await codeRuns(page);
  await page.keyboard.press("/");
  await expect(field(page)).toBeFocused();
  await page.keyboard.type("idempotncy key");
  const results = page.getByRole("dialog").getByRole("option");
  await expect(results.filter({ hasText: "Retry without paying twice" })).toBeVisible();
  await expect(page.getByRole("dialog").getByRole("status")).toContainText(/^\d results?$/);
  await expectAccessibleInBothThemes(page);
  await field(page).fill("retry after 409");
  await expect(results.first()).toContainText("When to retry");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/docs/errors#when-to-retry");
  await expect(page.getByRole("heading", { name: "When to retry" })).toBeInViewport();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("Escape closes the search and returns the focus", async ({ page }) => {
  await page.goto("/docs/errors");
  await codeRuns(page);
  await link(page).click();
  await expect(field(page)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(link(page)).toBeFocused();
});

test("a key that is pasted into the search is not sent", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto("/docs/errors");
  await codeRuns(page);
  await link(page).click();
  await field(page).fill(`gt_${"a1".repeat(18)}`);
  await expect(page.getByRole("dialog").getByText("This looks like an API key")).toBeVisible();
  await field(page).fill("zzzz");
  await expect(page.getByRole("dialog").getByText("No results.")).toBeVisible();
  expect(asked.filter((url) => url.includes("search.json"))).toHaveLength(1);
  expect(asked.filter((url) => url.includes("gt_"))).toEqual([]);
});

test("a page loads at most 170 kB of compressed JavaScript, and the search's code when it opens", async ({ page }) => {
  const sizes: Promise<number>[] = [];
  page.on("requestfinished", (request) => {
    if (request.resourceType() === "script")
      sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
  });
  await page.goto("/docs/authentication", { waitUntil: "networkidle" });
  await codeRuns(page);
  const sum = async () => (await Promise.all(sizes)).reduce((all, size) => all + size, 0);
  const before = await sum();
  test.info().annotations.push({ type: "bytes", description: String(before) });
  expect(before).toBeGreaterThan(50_000);
  expect(before).toBeLessThanOrEqual(170_000);
  await link(page).click();
  await expect(field(page)).toBeFocused();
  expect(await sum()).toBeGreaterThan(before);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("the search is a form, and nothing that can't work is shown", async ({ page }) => {
    await page.goto("/docs/errors");
    await expect(page.getByRole("button", { name: "Copy as Markdown" })).toBeHidden();
    await link(page).click();
    await page.getByRole("searchbox", { name: "Search the docs" }).fill('"retry"');
    await page.getByRole("button", { name: "Search" }).click();
    await expect(page).toHaveURL("/docs/search?q=%22retry%22");
    await page.getByRole("link", { name: /^When to retry/ }).click();
    await expect(page).toHaveURL("/docs/errors#when-to-retry");
    await page.goto("/docs/search?q=zzzz&q=b");
    await expect(page.getByText("No results for “zzzz”.")).toBeVisible();
  });
});

test("the page of the search has no accessibility violation", async ({ page }) => {
  await page.goto("/docs/search?q=retry");
  await expect(page.getByRole("link", { name: /^When to retry/ })).toBeVisible();
  await expectAccessibleInBothThemes(page);
});

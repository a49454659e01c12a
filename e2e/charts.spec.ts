import type { Page } from "playwright/test";
import { expectAccessible, expectNoSidewaysScroll } from "#e2e/support/accessibility.ts";
import { KEY_LIST } from "#e2e/support/key-list.ts";
import { seedKey, seedUsage } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { awayFromMidnight } from "#e2e/support/utc-day.ts";
import { test as base } from "#e2e/support/with-database.ts";
import { codeRuns } from "#e2e/support/without-code.ts";
import { database } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

/**
 * The path of a key with 40 days of usage. Today it has 900 successful and 100 rate-limited
 * requests.
 */
const test = base.extend<{ keyPath: string }>({
  keyPath: async ({ user }, use) => {
    await awayFromMidnight();
    await seedKey(user.email);
    await use(`/settings/developer/${await seedUsage(user.email)}`);
  },
});

const slider = (page: Page) => page.getByRole("slider", { name: /^Explore requests by/ });
const card = (page: Page) => page.locator("[data-chart-card]");
const title = (page: Page) => card(page).locator("p").first();
const OUTCOMES = ["Successful", "Rate limited", "Invalid request", "Server error", "Key rejected", "requests"];

/** Returns a point in the plot, at a part of its width from the left. */
async function pointAt(page: Page, part: number): Promise<{ x: number; y: number }> {
  const plot = page.getByRole("img", { name: /^Requests by/ });
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  if (!box) throw new Error("the chart has no box");
  return { x: box.x + box.width * part, y: box.y + box.height / 2 };
}

/** Moves until the card is there: what the server drew is not interactive at once. */
async function hover(page: Page, part: number): Promise<void> {
  const { x, y } = await pointAt(page, part);
  await expect(async () => {
    await page.mouse.move(x, y + 1);
    await page.mouse.move(x, y);
    await expect(card(page)).toBeVisible({ timeout: 200 });
  }).toPass();
}

test("the pointer shows each outcome of a day, in UTC; leaving and Escape hide it", async ({ page, keyPath }) => {
  await page.goto(keyPath);
  await hover(page, 0.999);
  await expect(title(page)).toHaveText(/^\w{3}, \w{3} \d+ \(UTC\), so far$/);
  await expect(card(page).getByRole("term")).toHaveText(OUTCOMES);
  await expect(card(page).getByRole("definition")).toHaveText(["900", "100", "0", "0", "0", "1,000"]);
  await page.keyboard.press("Escape");
  await expect(card(page)).toHaveCount(0);
  await hover(page, 0.001);
  await expect(title(page)).toHaveText(/^\w{3}, \w{3} \d+ \(UTC\)$/);
  await page.mouse.move(0, 0);
  await expect(card(page)).toHaveCount(0);
});

test("the arrow keys go from bar to bar, and each is read aloud with its outcomes", async ({ page, keyPath }) => {
  await page.goto(keyPath);
  await codeRuns(page);
  const today = /^\w{3}, \w{3} \d+ \(UTC\), so far: 1,000 requests\. Successful 900, Rate limited 100$/;
  await expect(slider(page)).toHaveAttribute("aria-valuetext", today);
  await page.getByRole("link", { name: "90 days" }).focus();
  await page.keyboard.press("Tab");
  await expect(slider(page)).toBeFocused();
  await expect(card(page)).toContainText("so far");
  await page.keyboard.press("ArrowLeft");
  await expect(slider(page)).toHaveValue("28");
  await expect(card(page)).not.toContainText("so far");
  const spoken = String(await slider(page).getAttribute("aria-valuetext"));
  expect(spoken).toMatch(/^\w{3}, \w{3} \d+ \(UTC\): [\d,]+ requests\. Successful [\d,]+, Rate limited/);
  await expect(title(page)).toHaveText(spoken.split(": ")[0] as string);
  await page.keyboard.press("Home");
  await expect(slider(page)).toHaveValue("0");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(card(page)).toHaveCount(0);
  await page.keyboard.press("ArrowRight");
  await expect(card(page)).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(card(page)).toHaveCount(0);
});

test("24 hours are shown by hour, in UTC and in the reader's zone", async ({ page, keyPath }) => {
  await page.goto(keyPath);
  await page.getByRole("link", { name: "24 hours" }).click();
  await expect(page).toHaveURL(/days=1$/);
  await expect(slider(page)).toHaveAttribute("max", "23");
  await hover(page, 0.5);
  await expect(title(page)).toHaveText(/^\w{3} \d+, \d\d:00–\d\d:00 UTC$/);
  await expect(card(page).locator("p").nth(1)).toHaveText(/\d\d:00.+\d\d:00 CES?T$/);
  await page.getByText("Show as a table").click();
  await expect(page.getByRole("columnheader", { name: "Hour (UTC)" })).toBeVisible();
  await page.goto("/settings/usage?days=1");
  await expect(page.getByRole("img", { name: /^Requests by hour, [\d,]+ in all$/ })).toBeVisible();
});

test("a finger shows a bar within the screen, and a tap elsewhere hides it", async ({
  keyPath,
  openBrowser,
  context,
}) => {
  const page = await openBrowser({
    storageState: await context.storageState(),
    viewport: { width: 320, height: 700 },
    hasTouch: true,
    isMobile: true,
  });
  await page.goto(keyPath);
  await codeRuns(page);
  for (const part of [0.02, 0.98]) {
    const { x, y } = await pointAt(page, part);
    await page.touchscreen.tap(x, y);
    await expect(card(page)).toBeVisible();
    const box = await card(page).boundingBox();
    expect(Number(box?.x)).toBeGreaterThanOrEqual(0);
    expect(Number(box?.x) + Number(box?.width)).toBeLessThanOrEqual(320);
    await expectNoSidewaysScroll(page);
  }
  await page.getByText("Show as a table").tap();
  await expect(card(page)).toHaveCount(0);
});

test("a chart starts on the day when the key was created", async ({ page, keyPath }) => {
  const createdAt = new Date(Date.now() - 3 * DAY_MS);
  await database().apiKey.update({
    where: { id: keyPath.split("/").at(-1) },
    data: { createdAt },
    select: { id: true },
  });
  await page.goto(`${keyPath}?days=90`);
  await expect(slider(page)).toHaveAttribute("max", "3");
  await page.getByText("Show as a table").click();
  await expect(page.getByRole("region", { name: "Requests by day" }).getByRole("rowheader")).toHaveText(
    [0, 1, 2, 3].map((ago) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10)),
  );
});

test("the usage page and its charts have no violation in forced colors", async ({ page, keyPath: _ }) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, forcedColors: "active", reducedMotion: "reduce" });
    await page.goto("/settings/usage");
    await hover(page, 0.5);
    await expectAccessible(page);
  }
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("charts are drawn, named bar by bar, and have a table", async ({ page, keyPath }) => {
    await page.goto(keyPath);
    await expect(page.getByRole("img", { name: /^Requests by day, [\d,]+ in all$/ })).toBeVisible();
    await expect(page.locator("svg title").last()).toHaveText(/\(UTC\): 1,000$/);
    await expect(slider(page)).toBeHidden();
    await page.getByText("Show as a table").click();
    await expect(page.getByRole("region", { name: "Requests by day" }).getByRole("row")).toHaveCount(31);
  });
});

test("a used-up quota and spent credits say what happens and until when", async ({ page, keyPath: _, user }) => {
  const { id } = await database().user.findFirstOrThrow({ where: { email: user.email }, select: { id: true } });
  await database().balance.update({ where: { userId: id }, data: { requests: 1_000, credits: 0 } });
  await page.goto("/settings/usage");
  const figures = page.getByRole("definition");
  await expect(figures.filter({ hasText: "1,000 of 1,000 used" })).toContainText(
    /Quota reached\. Requests that cost credits are rejected until \w+ 1 \(UTC\)\.$/,
  );
  await expect(figures.filter({ hasText: "No credits left." })).toContainText(/^(\d+) of \1 used/);
  await expect(page.getByRole("progressbar", { name: "Billable requests used" })).toHaveAttribute("value", "1000");
});

test("the test request of the dashboard is named so, and a known client by its name", async ({ page, user }) => {
  const { key, secret } = await seedKey(user.email);
  await page.goto(KEY_LIST);
  await page.evaluate(
    (authorization) => fetch("/api/v1/key", { headers: { authorization }, credentials: "omit" }).then(() => {}),
    `Bearer ${secret}`,
  );
  await page.request.get("/api/v1/key", { headers: { "x-api-key": secret, "user-agent": "curl/8.5.0" } });
  await expect.poll(() => database().usageCaller.count({ where: { apiKeyId: key.id } })).toBe(2);
  await page.goto(`/settings/developer/${key.id}`);
  await expect(page).toHaveTitle(/^Production App/);
  const callers = page.getByRole("region", { name: "Latest callers" });
  await expect(callers.getByText(/^This dashboard, Chrome on \w+$/)).toHaveAttribute("title", /^Mozilla\/5\.0/);
  await expect(callers.getByText("curl 8.5")).toHaveAttribute("title", "curl/8.5.0");
});

import type { Page, Request } from "playwright/test";
import { KEY_LIST } from "#e2e/support/key-list.ts";
import { startLate } from "#e2e/support/late-page.ts";
import { seedKeys } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test as base } from "#e2e/support/with-database.ts";

const CHUNKS = "**/_next/static/chunks/*.js";
const MOST_BYTES = 155_000;
const MOST_BYTES_IDLE = 120_000;
/**
 * Words in code that the list must not load: of Zod, of Base UI's dialogs, of the charts, and of an
 * empty list.
 */
const LATER = ["ZodError", "data-base-ui-portal", "data-chart-card", "No API keys yet"];

/** The list of 25 keys in a browser with an empty cache. */
const test = base.extend<{ list: Page; scripts: Request[] }>({
  scripts: async ({ browserName: _ }, use) => use([]),
  list: async ({ user, context, openBrowser, scripts }, use) => {
    await seedKeys(user.email, 25);
    const page = await openBrowser({ storageState: await context.storageState() });
    page.on("requestfinished", (request) => request.resourceType() === "script" && scripts.push(request));
    await page.addInitScript(collectLayoutShifts);
    // Fonts arrive after the first paint.
    await page.route("**/*.woff2", async (route) => {
      await page.evaluate(
        "new Promise((done) => new PerformanceObserver(done).observe({ type: 'paint', buffered: true }))",
      );
      await route.continue();
    });
    await page.goto(KEY_LIST, { waitUntil: "networkidle" });
    await use(page);
  },
});

const menuButton = (page: Page) => page.getByRole("button", { name: "More actions for Production App" }).first();

/** Runs in the page before its scripts. Collects the layout shifts in `moves`, with what moved. */
function collectLayoutShifts() {
  const page = globalThis as unknown as { moves: string[] };
  page.moves = [];
  type Source = { node: Node | null; previousRect: DOMRect; currentRect: DOMRect };
  type Shift = PerformanceEntry & { value: number; sources: Source[] };
  const box = ({ x, y, width, height }: DOMRect) => `${x},${y} ${width}x${height}`;
  new PerformanceObserver((list) => {
    for (const { startTime, value, sources } of list.getEntries() as Shift[]) {
      const moved = sources.map(
        ({ node, previousRect, currentRect }) =>
          `${node?.nodeName} ${node?.textContent?.slice(0, 40)} from ${box(previousRect)} to ${box(currentRect)}`,
      );
      page.moves.push(`${value} at ${startTime} ms in ${innerWidth}x${innerHeight}: ${moved.join(" | ")}`);
    }
  }).observe({ type: "layout-shift", buffered: true });
}

async function wordsOf(scripts: Request[]): Promise<string[]> {
  const texts = await Promise.all(scripts.map(async (request) => (await request.response())?.text()));
  return LATER.filter((word) => texts.some((text) => text?.includes(word)));
}

/**
 * Runs in the page. Returns the compressed bytes of scripts that were requested before and after
 * `load`.
 */
function scriptBytes() {
  const [{ loadEventStart = 0 } = {}] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const scripts = (performance.getEntriesByType("resource") as PerformanceResourceTiming[]).filter(({ name }) =>
    name.endsWith(".js"),
  );
  const sum = (some: PerformanceResourceTiming[]) =>
    some.reduce((bytes, { encodedBodySize }) => bytes + encodedBodySize, 0);
  return {
    first: sum(scripts.filter(({ startTime }) => startTime <= loadEventStart)),
    idle: sum(scripts.filter(({ startTime }) => startTime > loadEventStart)),
    names: scripts.filter(({ startTime }) => startTime <= loadEventStart).map(({ name }) => name),
  };
}

test("the list of 25 keys loads at most 155 kB of compressed JavaScript, none of dialogs, and then their code when idle", async ({
  list,
  scripts,
}) => {
  // The server draws the charts and the empty list.
  await expect.poll(() => wordsOf(scripts)).toEqual(LATER.slice(0, 2));
  const { first, idle, names } = await list.evaluate(scriptBytes);
  expect(names.length).toBeGreaterThan(5);
  expect(first).toBeLessThanOrEqual(MOST_BYTES);
  expect(await wordsOf(scripts.filter((request) => names.includes(request.url())))).toEqual([]);
  expect(idle).toBeGreaterThan(0);
  expect(idle).toBeLessThanOrEqual(MOST_BYTES_IDLE);
});

test("nothing on the list moves while its code and its fonts arrive", async ({ list }) => {
  expect(await list.evaluate("moves")).toEqual([]);
});

test("nothing on the list moves when half of it arrives late", async ({ list, baseURL }) => {
  const late = await startLate(String(baseURL), '<select name="environment"');
  try {
    await list.goto(late.url + KEY_LIST, { waitUntil: "networkidle" });
    await expect(list.getByRole("row")).toHaveCount(26);
    expect(await list.evaluate("moves")).toEqual([]);
  } finally {
    await late.close();
  }
});

test("one press is enough while a dialog's code loads, and the button shows that it does", async ({ list }) => {
  const button = list.getByRole("button", { name: "Revoke Production App" }).first();
  const held = Promise.withResolvers<void>();
  await list.route(CHUNKS, (route) => held.promise.then(() => route.continue()));
  await button.click();
  await expect(button).toHaveAttribute("aria-busy", "true");
  await button.click({ force: true });
  held.resolve();
  await expect(list.getByRole("alertdialog")).toHaveCount(1);
  await list.keyboard.press("Escape");
  await expect(list.getByRole("alertdialog")).toHaveCount(0);
  await expect(button).toBeFocused();
  await expect(button).not.toHaveAttribute("aria-busy");
});

test("a failed load of code is reported, and the same button tries again", async ({ list }) => {
  for (const [button, opened] of [
    [list.getByRole("button", { name: "Revoke Production App" }).first(), list.getByRole("alertdialog")],
    [menuButton(list), list.getByRole("menu")],
  ] as const) {
    await list.route(CHUNKS, (route) => route.abort());
    await button.click();
    await expect(list.getByRole("alert").filter({ hasText: "could not be loaded" })).toBeVisible();
    await expect(opened).toHaveCount(0);
    await list.unroute(CHUNKS);
    await button.click();
    await expect(opened).toBeVisible();
    await expect(list.getByRole("alert").filter({ hasText: "could not be loaded" })).toHaveCount(0);
    await list.reload({ waitUntil: "networkidle" });
  }
});

test("a menu opens at its first item by keyboard, closes on Escape and returns the focus, each time", async ({
  list,
}) => {
  for (const key of ["Enter", "ArrowDown", "Space"]) {
    await menuButton(list).focus();
    await list.keyboard.press(key);
    await expect(list.getByRole("menuitem", { name: "Details" })).toBeFocused();
    await list.keyboard.press("ArrowDown");
    await expect(list.getByRole("menuitem", { name: "Rename" })).toBeFocused();
    await list.keyboard.press("Escape");
    await expect(list.getByRole("menu")).toHaveCount(0);
    await expect(menuButton(list)).toBeFocused();
  }
});

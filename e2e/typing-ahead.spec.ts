import type { Page } from "playwright/test";
import { createButton, KEY_LIST } from "#e2e/support/key-list.ts";
import { pressSearchShortcut } from "#e2e/support/search-shortcut.ts";
import { addKeys } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";

test.use({ contextOptions: { reducedMotion: "no-preference" } });

/** 16 characters, of which "c", "/" and "?" are shortcuts and a space presses a button. */
const TYPED = "acme/prod worke?";
const CHUNKS = "**/_next/static/chunks/*.js";

const name = (page: Page) => page.getByRole("dialog").getByRole("textbox", { name: "Name" });

const OPENINGS: [string, (page: Page) => Promise<void>][] = [
  ["c", (page) => page.keyboard.press("c")],
  [
    "the button",
    async (page) => {
      // A locator's click waits for what it starts.
      const box = await createButton(page).boundingBox();
      if (box) await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    },
  ],
];

for (const latency of [0, 400])
  for (const idle of [true, false])
    for (const [opening, open] of OPENINGS)
      test(`what is typed right after ${opening} is in the name, at ${latency} ms, ${idle ? "after" : "before"} the page was idle`, async ({
        page,
        user,
      }) => {
        await addKeys(user.email, 3);
        if (!idle) await page.addInitScript(() => Object.assign(window, { requestIdleCallback: () => 0 }));
        await page.goto(KEY_LIST, { waitUntil: "networkidle" });
        await pressSearchShortcut(page);
        await createButton(page).evaluate(() => (document.activeElement as HTMLElement).blur());
        const session = await page.context().newCDPSession(page);
        await session.send("Network.emulateNetworkConditions", {
          offline: false,
          latency,
          downloadThroughput: -1,
          uploadThroughput: -1,
        });
        const address = page.url();
        await open(page);
        await page.keyboard.type(TYPED);
        await expect(page.getByRole("dialog").getByRole("button", { name: "Create key" })).toBeVisible();
        await expect(name(page)).toHaveValue(TYPED);
        await expect(name(page)).toBeFocused();
        await page.keyboard.type("!");
        await expect(name(page)).toHaveValue(`${TYPED}!`);
        await expect(page.getByRole("dialog")).toHaveCount(1);
        await expect(page.getByRole("searchbox", { name: "Search", includeHidden: true })).toHaveValue("");
        expect(page.url()).toBe(address);
      });

for (const { typed, does, shown } of [
  { typed: "acme", does: "creates the key", shown: "Save your API key" },
  { typed: "", does: "asks for the name", shown: "Give the key a name." },
])
  test(`Enter after "${typed}", before the form is there, ${does}`, async ({ page, user: _ }) => {
    await page.addInitScript(() => Object.assign(window, { requestIdleCallback: () => 0 }));
    await page.goto(KEY_LIST, { waitUntil: "networkidle" });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(CHUNKS, async (route) => {
      await held;
      await route.continue();
    });
    await page.keyboard.press("c");
    await page.keyboard.type(typed);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Create key" })).toHaveCount(0);
    release();
    await expect(page.getByRole("dialog").getByText(shown)).toBeVisible();
  });

test("a form whose code can't be loaded keeps what was typed, and the next try shows it", async ({ page, user: _ }) => {
  await page.addInitScript(() => Object.assign(window, { requestIdleCallback: () => 0 }));
  await page.goto(KEY_LIST, { waitUntil: "networkidle" });
  await page.route(CHUNKS, (route) => route.abort());
  await createButton(page).click();
  await page.keyboard.type(TYPED);
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("could not be loaded");
  await page.unroute(CHUNKS);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByRole("heading", { name: "Save your API key" })).toBeVisible();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Close without saving" }).click();
  await expect(page.getByRole("link", { name: TYPED })).toBeVisible();
});

import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes } from "#e2e/support/accessibility.ts";
import { KEY_LIST } from "#e2e/support/key-list.ts";
import { paste } from "#e2e/support/paste.ts";
import { expect, test } from "#e2e/support/user.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";

test.use({ contextOptions: { reducedMotion: "no-preference" } });

const palette = (page: Page) => page.getByRole("dialog", { name: "Command menu" });
const field = (page: Page) => palette(page).getByRole("combobox");

/** Presses ⌘K until it works, which it does when the page's code is loaded. */
async function openPalette(page: Page, keys = "Control+k"): Promise<void> {
  await expect(async () => {
    if (!(await palette(page).isVisible())) await page.keyboard.press(keys);
    await expect(field(page)).toBeFocused({ timeout: 2_000 });
  }).toPass();
}

test("the command menu goes to a page by a few letters", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  await openPalette(page, "Meta+k");
  await expectAccessibleInBothThemes(page);
  await page.keyboard.type("activ");
  await expect(palette(page).getByRole("option")).toHaveText(["Activity", "Keys: activ", "Docs: activ"]);
  await page.keyboard.press("Enter");
  await page.waitForURL("/settings/activity");
  await expect(palette(page)).toBeHidden();
});

test("the command menu creates a key from any page", async ({ page, user: _ }) => {
  await page.goto("/settings/usage");
  await openPalette(page);
  await page.keyboard.type("create");
  await page.keyboard.press("Enter");
  await page.waitForURL(KEY_LIST);
  await expect(page.getByRole("dialog", { name: "Create New API Key" }).getByLabel("Name")).toBeFocused();
});

test("the command menu finds keys by name, and never sends a key", async ({ page, user: _ }) => {
  const secret = generateSecret();
  const urls: string[] = [];
  page.on("request", (request) => urls.push(request.url() + (request.postData() ?? "")));
  await page.goto(KEY_LIST);
  await openPalette(page);
  await paste(field(page), secret);
  await expect(palette(page).getByRole("status")).toHaveText(/The key was cleared and never sent/);
  await expect(field(page)).toHaveValue("");
  await field(page).fill("nightly & daily");
  await palette(page).getByRole("option", { name: "Keys: nightly & daily" }).click();
  await page.waitForURL((url) => url.searchParams.get("q") === "nightly & daily");
  expect(urls.filter((url) => url.includes(secret))).toEqual([]);
});

test("the user menu leads to the command menu and the shortcuts, and Escape leads back", async ({ page, user: _ }) => {
  for (const [item, dialog] of [
    ["Command menu", "Command menu"],
    ["Keyboard shortcuts", "Keyboard shortcuts"],
  ] as const) {
    await page.goto(KEY_LIST);
    await page.getByRole("button", { name: /account menu/ }).click();
    await page.getByRole("menuitem", { name: item }).click();
    await expect(page.getByRole("dialog", { name: dialog })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog", { name: dialog })).toBeHidden();
    await expect(page.getByRole("button", { name: /account menu/ })).toBeFocused();
  }
});

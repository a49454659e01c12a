import { createShownKey, KEY_LIST } from "#e2e/support/key-list.ts";
import { expect, test } from "#e2e/support/user.ts";

const SELECTED = /role="tab"[^>]*aria-selected="true"[^>]*>(\w+)<|aria-selected="true"[^>]*role="tab"[^>]*>(\w+)</g;

test("a language is chosen once for all examples, of the docs and of the dashboard", async ({ page, user: _ }) => {
  await page.goto("/docs/authentication");
  await page.getByRole("tab", { name: "Python" }).first().click();
  await expect(page.getByRole("tab", { name: "Python", selected: true })).toHaveCount(2);
  await expect(page.getByText("import requests").nth(1)).toBeVisible();

  // The server renders the choice, so that nothing changes when the scripts arrive.
  const html = await (await page.request.get("/docs/quick-start")).text();
  expect([...html.matchAll(SELECTED)].map(([, one, other]) => one ?? other)).toEqual(["Python"]);

  await page.goto(KEY_LIST);
  await createShownKey(page, "Production App");
  await expect(page.getByRole("tab", { name: "Python", selected: true })).toBeVisible();
  await page.getByRole("tab", { name: "Go" }).click();
  await page.goto("/docs/quick-start");
  await expect(page.getByRole("tab", { name: "Go", selected: true })).toBeVisible();
});

test("an unknown language in the cookie is cURL", async ({ page, context, baseURL }) => {
  await context.addCookies([{ name: "goodtake-language", value: "COBOL", url: String(baseURL) }]);
  await page.goto("/docs/quick-start");
  await expect(page.getByRole("tab", { name: "cURL", selected: true })).toBeVisible();
});

test("the arrow keys, Home and End move through the languages", async ({ page }) => {
  await page.goto("/docs/quick-start");
  const tab = (name: string) => page.getByRole("tab", { name, exact: true });
  await tab("cURL").focus();
  for (const [key, language] of [
    ["ArrowLeft", "Go"],
    ["ArrowRight", "cURL"],
    ["ArrowRight", "Python"],
    ["End", "Go"],
    ["Home", "cURL"],
  ] as const) {
    await page.keyboard.press(key);
    await expect(tab(language), key).toBeFocused();
    await expect(page.getByRole("tabpanel", { name: language, exact: true })).toBeVisible();
    await expect(page.getByRole("tabpanel")).toHaveCount(1);
  }
});

import { execute, isInstalled, LANGUAGES, type Language } from "#e2e/support/execute-example.ts";
import { createShownKey, KEY_LIST } from "#e2e/support/key-list.ts";
import { expect, test } from "#e2e/support/user.ts";

const PAGE = "/docs/authentication";
const FIRST_PAGE = "/docs/quick-start";

for (const language of Object.keys(LANGUAGES) as Language[]) {
  test.describe(`the ${language} example`, () => {
    test.setTimeout(120_000);
    test.beforeEach(async () => {
      test.skip(!process.env.CI && !(await isInstalled(language)), `needs ${LANGUAGES[language].package}`);
    });

    test("of the docs runs as shown, with either header, and shows the documented error", async ({ page, user: _ }) => {
      await page.goto(KEY_LIST);
      const secret = await createShownKey(page, language);
      await page.goto(PAGE);
      const panels = page.getByRole("tablist", { name: "Language" });
      await expect(panels).toHaveCount(2);
      for (const [i, header] of ["Authorization", "X-API-Key"].entries()) {
        await page.getByRole("tab", { name: language }).nth(i).click();
        const code = (await page.getByRole("tabpanel", { name: language }).nth(i).locator("code").textContent()) ?? "";
        expect(code).toContain(header);
        expect(code).not.toContain("gt_");
        expect(await execute(language, code, { GOODTAKE_API_KEY: secret })).toMatch(/data:image\/svg\+xml;base64,/);
        expect(await execute(language, code, { GOODTAKE_API_KEY: `${secret}x` })).toContain(
          "Invalid or missing API key",
        );
      }
    });

    test("of the quick start runs as shown", async ({ page, user: _ }) => {
      await page.goto(KEY_LIST);
      const secret = await createShownKey(page, language);
      await page.goto(FIRST_PAGE);
      await page.getByRole("tab", { name: language }).click();
      const code = (await page.getByRole("tabpanel", { name: language }).locator("code").textContent()) ?? "";
      expect(await execute(language, code, { GOODTAKE_API_KEY: secret })).toMatch(/data:image\/svg\+xml;base64,/);
    });

    test("of the dialog runs as shown, without any setting", async ({ page, user: _ }) => {
      await page.goto(KEY_LIST);
      await createShownKey(page, language);
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("tab", { name: language }).click();
      const code = (await dialog.getByRole("tabpanel", { name: language }).locator("code").textContent()) ?? "";
      expect(await execute(language, code, {})).toMatch(/data:image\/svg\+xml;base64,/);
    });
  });
}

test("the quick start stores the key where its examples read it", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  const secret = await createShownKey(page, "Stored");
  await page.goto(FIRST_PAGE);
  const store = await page.getByRole("region", { name: "Create a key" }).locator("code").last().textContent();
  const region = page.getByRole("region", { name: "Send your first request" });
  const request = await region.getByRole("tabpanel").locator("code").first().textContent();
  const program = `${store?.replace("gt_your_api_key_here", secret)}\n${request}`;
  expect(await execute("cURL", program, {})).toMatch(/data:image\/svg\+xml;base64,/);
});

test("the request that checks a key runs as shown", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  const secret = await createShownKey(page, "Checked");
  await page.goto(PAGE);
  const code = (await page.getByRole("region", { name: "Check a key" }).locator("code").last().textContent()) ?? "";
  expect(JSON.parse(await execute("cURL", code, { GOODTAKE_API_KEY: secret }))).toMatchObject({
    name: "Checked",
    status: "active",
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("all four languages can be read", async ({ page }) => {
    await page.goto(PAGE);
    for (const text of ["import requests", "await fetch(", "package main"])
      await expect(page.getByText(text).first()).toBeVisible();
  });
});

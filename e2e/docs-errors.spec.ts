import type { Page } from "playwright/test";
import { execute, isInstalled, LANGUAGES, type Language } from "#e2e/support/execute-example.ts";
import { createKey, KEY_LIST } from "#e2e/support/key-list.ts";
import { restrictKey } from "#e2e/support/restrict-key.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";

const IMAGE = /data:image\/svg\+xml;base64,/;

/** Returns the program of the page in a language. */
async function programIn(page: Page, language: Language): Promise<string> {
  await page.goto("/docs/errors");
  await page.getByRole("tab", { name: language }).click();
  const code = page.getByRole("tabpanel", { name: language }).locator("code");
  await expect(code).toBeVisible();
  return (await code.textContent()) ?? "";
}

for (const language of Object.keys(LANGUAGES) as Language[])
  test(`the ${language} program runs as shown, and says which permission a key lacks`, async ({ page, user }) => {
    test.skip(!process.env.CI && !(await isInstalled(language)), `needs ${LANGUAGES[language].package}`);
    await page.goto(KEY_LIST);
    const full = await createKey(page, "Full");
    const restricted = await createKey(page, "Restricted");
    await restrictKey(user, "Restricted", { scopes: "" });
    const program = await programIn(page, language);
    expect(await execute(language, program, { GOODTAKE_API_KEY: full })).toMatch(IMAGE);
    const output = await execute(language, program, { GOODTAKE_API_KEY: restricted });
    expect(output).toContain("Give the key this permission");
    expect(output).toContain("images:write");
    const unknown = await execute(language, program, { GOODTAKE_API_KEY: `${full}x` });
    expect(unknown).toContain("Invalid or missing API key");
    expect(unknown).not.toContain("Give the key this permission");
  });

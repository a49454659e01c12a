import { readFile } from "node:fs/promises";
import type { Page } from "playwright/test";
import { createButton, createShownKey, KEY_LIST, newKeyField } from "#e2e/support/key-list.ts";
import { expect, test } from "#e2e/support/user.ts";

test.use({ contextOptions: { reducedMotion: "no-preference" } });

const dialog = (page: Page) => page.getByRole("dialog");

test("neither Escape nor a click outside loses it, closing asks once, and then it is nowhere", async ({
  page,
  user: _,
}) => {
  await page.goto(KEY_LIST);
  const secret = await createShownKey(page, "Shown once");
  const question = page.getByRole("alertdialog", { name: "You haven't saved this key" });
  await page.keyboard.press("Escape");
  await expect(question).toBeVisible();
  await question.getByRole("button", { name: "Back to key" }).click();
  await expect(newKeyField(page)).toHaveValue(secret);
  await page.mouse.click(5, 5);
  await expect(question).toBeVisible();
  await question.getByRole("button", { name: "Close without saving" }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(createButton(page)).toBeFocused();
  expect(await page.content()).not.toContain(secret);
  expect(page.url()).not.toContain("gt_");
  const storage = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  );
  expect(storage).not.toContain("gt_");
});

test("it is copied on plain http, and then closing asks nothing", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  const secret = await createShownKey(page, "Copied");
  // A plain-http origin other than localhost has no clipboard API.
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true }));
  const copy = dialog(page).getByRole("button", { name: "Copy" }).first();
  await copy.click();
  await expect(dialog(page).getByRole("button", { name: "Copied" })).toBeVisible();
  await dialog(page).getByRole("button", { name: "Done" }).click();
  await expect(dialog(page)).toHaveCount(0);
  await createButton(page).click();
  const name = dialog(page).getByRole("textbox", { name: "Name" });
  await name.press("Control+v");
  await expect(name).toHaveValue(secret);
});

test("where copying is impossible the dialog says so and selects the key", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  const secret = await createShownKey(page, "By hand");
  await page.evaluate(() => {
    Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true });
    document.execCommand = () => false;
  });
  await dialog(page).getByRole("button", { name: "Copy" }).first().click();
  await expect(newKeyField(page)).toHaveAccessibleDescription(/Ctrl\+C/);
  await expect(dialog(page).getByText("Copied")).toHaveCount(0);
  await expect.poll(() => page.evaluate(() => getSelection()?.toString())).toBe(secret);
});

test("it can be downloaded as .env", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  const secret = await createShownKey(page, "Downloaded");
  const started = page.waitForEvent("download");
  await dialog(page).getByRole("button", { name: "Download .env" }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe("goodtake.env");
  expect(await readFile(await download.path(), "utf8")).toBe(`GOODTAKE_API_KEY=${secret}\n`);
  await dialog(page).getByRole("button", { name: "Done" }).click();
  await expect(dialog(page)).toHaveCount(0);
});

test("a refresh of the list behind it leaves it alone", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  const secret = await createShownKey(page, "Steady");
  const refreshed = page.waitForResponse((response) => response.url().includes("_rsc"));
  await dialog(page).getByRole("button", { name: "Send a test request" }).click();
  await refreshed;
  await expect(page.locator("tr").filter({ hasText: "Steady" })).toHaveCount(1);
  await expect(newKeyField(page)).toHaveValue(secret);
});

test("the example request has the real key and address in four languages", async ({ page, user: _, baseURL }) => {
  await page.goto(KEY_LIST);
  const secret = await createShownKey(page, "Tabs");
  for (const language of ["cURL", "Python", "JavaScript", "Go"]) {
    await dialog(page).getByRole("tab", { name: language }).click();
    const code = dialog(page).getByRole("tabpanel", { name: language });
    await expect(code).toContainText(secret);
    await expect(code).toContainText(`${baseURL}/api/v1/bytedance/generate-image`);
  }
});

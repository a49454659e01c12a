import { readFile } from "node:fs/promises";
import type { Page } from "playwright/test";
import { expectAccessible, expectNoSidewaysScroll } from "#e2e/support/accessibility.ts";
import {
  apiStatus,
  clickRowAction,
  createButton,
  createKey,
  createShownKey,
  expectRow,
  fillInNewKey,
  KEY_LIST,
  keyRow,
  newKeyField,
  openRowMenu,
} from "#e2e/support/key-list.ts";
import { expect, test } from "#e2e/support/user.ts";
import { isSecret } from "#lib/api-keys/secret.ts";

const dialog = (page: Page) => page.getByRole("dialog");

test("a key is created, accepted by the API in both headers, shown as used, revoked and rejected", async ({
  page,
  user: _,
}) => {
  const secret = await createShownKey(page, "Production App");
  expect(isSecret(secret)).toBe(true);
  await expect(page.getByText("You won't be able to see it again")).toBeVisible();
  await dialog(page).getByRole("button", { name: "Send a test request" }).click();
  await expect(page.getByText("200 OK")).toBeVisible();
  await dialog(page).getByRole("button", { name: "Done" }).click();

  const headers = { authorization: `Bearer ${secret}` };
  expect((await page.request.get("/api/v1/key", { headers })).status()).toBe(200);
  expect(await apiStatus(page, secret)).toBe(200);
  await expectRow(page, "Production App", {
    Key: `${secret.slice(0, 7)}…`,
    Status: "Active",
    "Last used": "just now3 in ~24 h (requests)",
  });

  const key = keyRow(page, "Production App");
  await key.getByRole("button", { name: "Revoke" }).click();
  const alert = page.getByRole("alertdialog", { name: 'Revoke "Production App"?' });
  await expect(alert.getByRole("button", { name: "Cancel" })).toBeFocused();
  await expect(alert).toContainText("Requests using this key will fail immediately. This can't be undone.");
  await expect(alert).toContainText(/Last used just now from 198\.1[89]\.\d+\.0\/24/);
  await expect(alert).toContainText("3 requests in about the last 24 hours.");
  await alert.getByRole("button", { name: "Revoke key" }).click();
  await expect(alert.getByText("This is not the key's name.")).toBeVisible();
  await alert.getByRole("textbox").fill("Production App");
  await alert.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText("Key revoked")).toBeVisible();
  await expectRow(page, "Production App", { Status: "Revoked" });
  await expect(key.getByRole("button", { name: "Revoke" })).toHaveCount(0);

  const rejected = await page.request.get("/api/v1/key", { headers });
  expect(rejected.status()).toBe(401);
  expect(await rejected.text()).toBe('{"error":{"code":"unauthorized","message":"Invalid or missing API key"}}');
});

test("without keys there is one button and an example request", async ({ page, user: _ }) => {
  await expect(page.getByRole("heading", { name: "Developer Settings", level: 1 })).toBeVisible();
  await expect(page.getByRole("heading", { name: "No API keys yet" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Your API keys" })).toContainText("/api/v1/bytedance/generate-image");
  await expect(createButton(page)).toHaveCount(1);
});

test.describe("creating", () => {
  test("the name is focused and required, and submitting twice creates one key", async ({ page, user: _ }) => {
    await createButton(page).click();
    const name = dialog(page).getByRole("textbox", { name: "Name" });
    await expect(name).toBeFocused();
    await name.press("Enter");
    await expect(name).toHaveAccessibleDescription(/Give the key a name/);
    await expect(name).toBeFocused();
    await name.fill("x".repeat(65));
    await name.press("Enter");
    await expect(name).toHaveAccessibleDescription(/at most 64 characters/);
    await name.fill("safe\u202ename");
    await name.press("Enter");
    await expect(name).toHaveAccessibleDescription(/text-direction/);
    await name.fill("Once");
    await name.evaluate((input: HTMLInputElement) => {
      input.form?.requestSubmit();
      input.form?.requestSubmit();
    });
    await expect(newKeyField(page)).toBeVisible();
    await page.reload();
    await expect(keyRow(page, "Once")).toHaveCount(1);
  });

  test("environment and expiry are chosen, and a custom date is the end of that day in the user's time zone", async ({
    page,
    user: _,
  }) => {
    await fillInNewKey(page, "Campaign");
    const form = dialog(page);
    await form.getByText("Staging", { exact: true }).click();
    await expect(form.getByRole("radio", { name: "Staging" })).toBeChecked();
    await expect(form.getByLabel("Expires").getByRole("option")).toHaveText([
      "Never",
      "7 days",
      "30 days",
      "60 days",
      "90 days",
      "1 year",
      "Custom date",
    ]);
    await form.getByLabel("Expires").selectOption("Custom date");
    await form.getByRole("button", { name: "Create key" }).click();
    await expect(form.getByLabel("Expiry date")).toHaveAccessibleDescription(/Choose a date/);
    const year = new Date().getFullYear() + 1;
    await form.getByLabel("Expiry date").fill(`${year}-07-01`);
    await form.getByRole("button", { name: "Create key" }).click();
    const secret = await newKeyField(page).inputValue();
    // The test's browser is in Berlin, where that day is in summer time.
    const response = await page.request.get("/api/v1/key", { headers: { "x-api-key": secret } });
    expect(response.headers()["goodtake-key-expires-at"]).toBe(`${year}-07-01T21:59:59.999Z`);
    await page.reload();
    await expect(keyRow(page, "Campaign").getByText("Staging")).toBeVisible();
    await expect(keyRow(page, "Campaign").locator("time").nth(1)).toHaveAttribute(
      "datetime",
      `${year}-07-01T21:59:59.999Z`,
    );
  });

  test("a date before tomorrow or too far away is rejected at the field", async ({ page, user: _ }) => {
    await fillInNewKey(page, "Past");
    await dialog(page).getByLabel("Expires").selectOption("Custom date");
    // The end of today is in the future in the user's time zone.
    const today = await page.evaluate(() => new Date().toLocaleDateString("sv"));
    for (const date of ["2020-01-01", today, `${new Date().getFullYear() + 7}-01-01`]) {
      await dialog(page).getByLabel("Expiry date").fill(date);
      await dialog(page).getByRole("button", { name: "Create key" }).click();
      await expect(dialog(page).getByLabel("Expiry date")).toHaveAccessibleDescription(
        /from tomorrow to 5 years ahead/,
      );
    }
    await expect(dialog(page).getByRole("textbox", { name: "Name" })).toHaveValue("Past");
  });

  test("a server that can't be reached is reported in the dialog, which keeps what was typed", async ({
    page,
    user: _,
    context,
  }) => {
    await fillInNewKey(page, "Offline");
    await context.setOffline(true);
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(dialog(page).getByText("could not be reached")).toBeVisible();
    await expect(dialog(page).getByRole("textbox", { name: "Name" })).toHaveValue("Offline");
    await context.setOffline(false);
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(newKeyField(page)).toBeVisible();
  });
});

test.describe("the key, shown once", () => {
  test("neither Escape nor a click outside loses it, closing asks once, and then it is nowhere", async ({
    page,
    user: _,
  }) => {
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
    const secret = await createShownKey(page, "By hand");
    await page.evaluate(() => {
      Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true });
      document.execCommand = () => false;
    });
    await dialog(page).getByRole("button", { name: "Copy" }).first().click();
    await expect(newKeyField(page)).toHaveAccessibleDescription(/Ctrl\+C/);
    await expect(dialog(page).getByText("Copied")).toHaveCount(0);
    expect(await page.evaluate(() => getSelection()?.toString())).toBe(secret);
  });

  test("it can be downloaded as .env", async ({ page, user: _ }) => {
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
    const secret = await createShownKey(page, "Steady");
    const refreshed = page.waitForResponse((response) => response.url().includes("_rsc"));
    await dialog(page).getByRole("button", { name: "Send a test request" }).click();
    await refreshed;
    await expect(page.locator("tr").filter({ hasText: "Steady" })).toHaveCount(1);
    await expect(newKeyField(page)).toHaveValue(secret);
  });

  test("the example request has the real key and address in four languages", async ({ page, user: _, baseURL }) => {
    const secret = await createShownKey(page, "Tabs");
    for (const language of ["cURL", "Python", "JavaScript", "Go"]) {
      await dialog(page).getByRole("tab", { name: language }).click();
      const code = dialog(page).getByRole("tabpanel", { name: language });
      await expect(code).toContainText(secret);
      await expect(code).toContainText(`${baseURL}/api/v1/bytedance/generate-image`);
    }
  });
});

test.describe("changing", () => {
  test("a key is renamed", async ({ page, user: _ }) => {
    await createKey(page, "Old name");
    await clickRowAction(page, "Old name", "Rename");
    await expect(dialog(page).getByRole("textbox", { name: "Name" })).toBeFocused();
    await dialog(page).getByRole("textbox", { name: "Name" }).fill("New name");
    await page.keyboard.press("Enter");
    await expectRow(page, "New name");
    await expect(keyRow(page, "Old name")).toHaveCount(0);
  });

  test("an active key is revoked and deleted in one go", async ({ page, user: _ }) => {
    const secret = await createKey(page, "Temporary");
    await clickRowAction(page, "Temporary", "Delete");
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke and delete" }).click();
    await expect(page.getByRole("heading", { name: "No API keys yet" })).toBeVisible();
    expect(await apiStatus(page, secret)).toBe(401);
  });

  test("a key that was revoked in another tab is reported as revoked", async ({ page, user: _, context }) => {
    await createKey(page, "Shared");
    const other = await context.newPage();
    await other.goto(KEY_LIST);
    await keyRow(page, "Shared").getByRole("button", { name: "Revoke" }).click();
    await keyRow(other, "Shared").getByRole("button", { name: "Revoke" }).click();
    await other.getByRole("button", { name: "Revoke key" }).click();
    await expect(other.getByText("Key revoked")).toBeVisible();
    await page.getByRole("button", { name: "Revoke key" }).click();
    await expect(page.getByText("has been revoked already")).toBeVisible();
  });
});

test("a key is created, tested and revoked with the keyboard alone", async ({ page, user: _ }) => {
  const tabTo = async (name: string | RegExp, role: "button" | "textbox" = "button") => {
    const target = page.getByRole(role, { name }).first();
    for (let i = 0; i < 40 && !(await target.evaluate((element) => element === document.activeElement)); i++)
      await page.keyboard.press("Tab");
    await expect(target).toBeFocused();
  };
  await page.goto(KEY_LIST);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await tabTo("Create New API Key");
  await page.keyboard.press("Enter");
  await expect(dialog(page).getByRole("textbox", { name: "Name" })).toBeFocused();
  await page.keyboard.type("Keyboard");
  await page.keyboard.press("Enter");
  await expect(newKeyField(page)).toBeFocused();
  await tabTo("Send a test request");
  await page.keyboard.press("Enter");
  await expect(page.getByText("200 OK")).toBeVisible();
  await tabTo("Done");
  await page.keyboard.press("Enter");
  await expect(createButton(page)).toBeFocused();
  await expectRow(page, "Keyboard", { "Last used": "just now" });
  await tabTo("Revoke Keyboard");
  await page.keyboard.press("Enter");
  const alert = page.getByRole("alertdialog");
  await expect(alert.getByRole("button", { name: "Cancel" })).toBeFocused();
  await tabTo("Type the key's name to confirm", "textbox");
  await page.keyboard.type("Keyboard");
  await page.keyboard.press("Enter");
  await expectRow(page, "Keyboard", { Status: "Revoked" });
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`no accessibility violation on the page and its dialogs in the ${colorScheme} theme`, async ({
    page,
    user: _,
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto(KEY_LIST);
    await expectAccessible(page);
    await createButton(page).click();
    await dialog(page).getByLabel("Expires").selectOption("Custom date");
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(dialog(page).getByText("Give the key a name")).toBeVisible();
    await expectAccessible(page);
    await dialog(page).getByLabel("Expires").selectOption("7 days");
    await dialog(page).getByRole("textbox", { name: "Name" }).fill("Accessible");
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await dialog(page).getByRole("button", { name: "Send a test request" }).click();
    await expect(page.getByText("200 OK")).toBeVisible();
    await expectAccessible(page);
    await dialog(page).getByRole("button", { name: "Done" }).click();
    await expect(keyRow(page, "Accessible")).toBeVisible();
    await expectAccessible(page);
    await openRowMenu(page, "Accessible");
    await expectAccessible(page);
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await keyRow(page, "Accessible").getByRole("button", { name: "Revoke" }).click();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: /account menu/ }).click();
    await expect(page.getByRole("menuitem", { name: "Sign out" })).toBeVisible();
    await expectAccessible(page);
  });
}

test("the theme is chosen in the menu and is part of the next page's HTML", async ({ page, user: _ }) => {
  await page.getByRole("button", { name: /account menu/ }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  expect(await scheme()).toBe("dark");
  const html = await (await page.request.get(KEY_LIST)).text();
  expect(html).toMatch(/<html[^>]*data-theme="dark"/);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 375, height: 740 } });

  test("the list fits, nothing scrolls sideways, and the navigation folds", async ({ page, user: _ }) => {
    const name = `${"Long".repeat(15)}name`;
    await createShownKey(page, name);
    await expectNoSidewaysScroll(page);
    await dialog(page).getByRole("button", { name: "Copy" }).first().click();
    await dialog(page).getByRole("button", { name: "Done" }).click();
    const item = keyRow(page, name);
    for (const part of [item.getByRole("rowheader"), item.getByText("Active"), item.getByRole("button")])
      for (const one of await part.all()) await expect(one).toBeInViewport({ ratio: 1 });
    await expectNoSidewaysScroll(page);
    const link = page.getByRole("link", { name: "Developer Settings" });
    await expect(link).toBeHidden();
    await page.getByLabel("Menu", { exact: true }).click();
    await expect(link).toBeVisible();
  });
});

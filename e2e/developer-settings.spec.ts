import { readFile } from "node:fs/promises";
import type { Page } from "playwright/test";
import { expect, test } from "#e2e/support/user.ts";
import { violations } from "#e2e/support/violations.ts";
import { isSecret } from "#lib/api-keys/secret.ts";

const HOME = "/settings/developer";

const createButton = (page: Page) => page.getByRole("button", { name: "Create New API Key" });
const dialog = (page: Page) => page.getByRole("dialog");
const row = (page: Page, name: string) => page.getByRole("row").filter({ hasText: name });
const savedKey = (page: Page) => dialog(page).getByRole("textbox", { name: "API key" });

/** Through the dialog up to the key, which is returned; the dialog stays open. */
async function createKey(page: Page, name: string): Promise<string> {
  await createButton(page).click();
  await dialog(page).getByRole("textbox", { name: "Name" }).fill(name);
  await dialog(page).getByRole("button", { name: "Create key" }).click();
  await expect(page.getByRole("heading", { name: "Save your API key" })).toBeVisible();
  return savedKey(page).inputValue();
}

/** Creates a key and closes the dialog. */
async function createAndClose(page: Page, name: string): Promise<string> {
  const secret = await createKey(page, name);
  await dialog(page).getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Close anyway" }).click();
  await expect(row(page, name)).toBeVisible();
  return secret;
}

function call(page: Page, headers: Record<string, string>) {
  return page.request.get("/api/v1/key", { headers });
}

test("the main job: create a key, call the API both ways, see it used, revoke it, be refused", async ({
  page,
  user: _,
}) => {
  const secret = await createKey(page, "Production App");
  expect(isSecret(secret)).toBe(true);
  await expect(page.getByText("You won't be able to see it again")).toBeVisible();
  await dialog(page).getByRole("button", { name: "Send a test request" }).click();
  await expect(page.getByText("200 OK")).toBeVisible();
  await dialog(page).getByRole("button", { name: "Done" }).click();

  expect((await call(page, { authorization: `Bearer ${secret}` })).status()).toBe(200);
  expect((await call(page, { "x-api-key": secret })).status()).toBe(200);
  const key = row(page, "Production App");
  await expect(key.getByRole("cell").filter({ hasText: `${secret.slice(0, 7)}…` })).toBeVisible();
  await expect(key.getByText("Active")).toBeVisible();
  await expect(key.getByRole("cell").nth(3)).toHaveText("just now3 in ~24 h (requests)", { timeout: 20_000 });

  await key.getByRole("button", { name: "Revoke" }).click();
  const alert = page.getByRole("alertdialog", { name: 'Revoke "Production App"?' });
  await expect(alert.getByRole("button", { name: "Cancel" })).toBeFocused();
  await expect(alert).toContainText("Requests using this key will start failing at once. This can't be undone.");
  await expect(alert).toContainText(/Last used just now from 198\.1[89]\.\d+\.0\/24/);
  await expect(alert).toContainText("3 requests in about the last 24 hours.");
  await alert.getByRole("button", { name: "Revoke key" }).click();
  await expect(alert.getByText("This is not the key's name.")).toBeVisible();
  await alert.getByRole("textbox").fill("Production App");
  await alert.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText("Key revoked")).toBeVisible();
  await expect(key.getByText("Revoked", { exact: true })).toBeVisible();
  await expect(key.getByRole("button", { name: "Revoke" })).toHaveCount(0);

  const refused = await call(page, { authorization: `Bearer ${secret}` });
  expect(refused.status()).toBe(401);
  expect(await refused.text()).toBe('{"error":{"code":"unauthorized","message":"Invalid or missing API key"}}');
});

test("without keys there is one button, and a picture of a request", async ({ page, user: _ }) => {
  await expect(page.getByRole("heading", { name: "Developer Settings", level: 1 })).toBeVisible();
  await expect(page.getByRole("heading", { name: "No API keys yet" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Your API keys" })).toContainText("/api/v1/bytedance/generate-image");
  await expect(createButton(page)).toHaveCount(1);
});

test.describe("creating", () => {
  test("the name is focused, wanted, and said to be; Enter submits, twice makes one key", async ({ page, user: _ }) => {
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
    await expect(savedKey(page)).toBeVisible();
    await page.reload();
    await expect(row(page, "Once")).toHaveCount(1);
  });

  test("environment and expiry are chosen; a custom date is the end of that day where the reader is", async ({
    page,
    user: _,
  }) => {
    await createButton(page).click();
    const form = dialog(page);
    await form.getByRole("textbox", { name: "Name" }).fill("Campaign");
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
    const secret = await savedKey(page).inputValue();
    // The test's browser is in Berlin, where it is summer time on that day.
    const response = await call(page, { "x-api-key": secret });
    expect(response.headers()["goodtake-key-expires-at"]).toBe(`${year}-07-01T21:59:59.999Z`);
    await page.reload();
    await expect(row(page, "Campaign").getByText("Staging")).toBeVisible();
    await expect(row(page, "Campaign").locator("time").nth(1)).toHaveAttribute(
      "datetime",
      `${year}-07-01T21:59:59.999Z`,
    );
  });

  test("a date before tomorrow, or too far away, is refused and said at the field", async ({ page, user: _ }) => {
    await createButton(page).click();
    await dialog(page).getByRole("textbox", { name: "Name" }).fill("Past");
    await dialog(page).getByLabel("Expires").selectOption("Custom date");
    // The end of today, where the reader is, is still to come.
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

  test("a server that can't be reached is said in place, and nothing typed is lost", async ({
    page,
    user: _,
    context,
  }) => {
    await createButton(page).click();
    await dialog(page).getByRole("textbox", { name: "Name" }).fill("Offline");
    await context.setOffline(true);
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(dialog(page).getByText("could not be reached")).toBeVisible();
    await expect(dialog(page).getByRole("textbox", { name: "Name" })).toHaveValue("Offline");
    await context.setOffline(false);
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(savedKey(page)).toBeVisible();
  });
});

test.describe("the key, shown once", () => {
  test("neither Escape nor a click outside loses it; closing asks once; after that it is nowhere", async ({
    page,
    user: _,
  }) => {
    const secret = await createKey(page, "Shown once");
    const question = page.getByRole("alertdialog", { name: "Close without saving the key?" });
    await page.keyboard.press("Escape");
    await expect(question).toBeVisible();
    await question.getByRole("button", { name: "Go back" }).click();
    await expect(savedKey(page)).toHaveValue(secret);
    await page.mouse.click(5, 5);
    await expect(question).toBeVisible();
    await question.getByRole("button", { name: "Close anyway" }).click();
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
    const secret = await createKey(page, "Copied");
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

  test("where copying is impossible it says so and selects the key", async ({ page, user: _ }) => {
    const secret = await createKey(page, "By hand");
    await page.evaluate(() => {
      Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true });
      document.execCommand = () => false;
    });
    await dialog(page).getByRole("button", { name: "Copy" }).first().click();
    await expect(savedKey(page)).toHaveAccessibleDescription(/Ctrl\+C/);
    await expect(dialog(page).getByText("Copied")).toHaveCount(0);
    expect(await page.evaluate(() => getSelection()?.toString())).toBe(secret);
  });

  test("it can be downloaded as .env", async ({ page, user: _ }) => {
    const secret = await createKey(page, "Downloaded");
    const started = page.waitForEvent("download");
    await dialog(page).getByRole("button", { name: "Download .env" }).click();
    const download = await started;
    expect(download.suggestedFilename()).toBe("goodtake.env");
    expect(await readFile(await download.path(), "utf8")).toBe(`GOODTAKE_API_KEY=${secret}\n`);
    await dialog(page).getByRole("button", { name: "Done" }).click();
    await expect(dialog(page)).toHaveCount(0);
  });

  test("a refresh of the list behind it leaves it alone", async ({ page, user: _ }) => {
    const secret = await createKey(page, "Steady");
    const refreshed = page.waitForResponse((response) => response.url().includes("_rsc"));
    await dialog(page).getByRole("button", { name: "Send a test request" }).click();
    await refreshed;
    await expect(page.locator("tr").filter({ hasText: "Steady" })).toHaveCount(1);
    await expect(savedKey(page)).toHaveValue(secret);
  });

  test("the request stands there in four languages with the real key and address", async ({
    page,
    user: _,
    baseURL,
  }) => {
    const secret = await createKey(page, "Tabs");
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
    await createAndClose(page, "Old name");
    await row(page, "Old name").getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await expect(dialog(page).getByRole("textbox", { name: "Name" })).toBeFocused();
    await dialog(page).getByRole("textbox", { name: "Name" }).fill("New name");
    await page.keyboard.press("Enter");
    await expect(row(page, "New name")).toBeVisible();
    await expect(row(page, "Old name")).toHaveCount(0);
  });

  test("an active key is revoked and deleted in one go", async ({ page, user: _ }) => {
    const secret = await createAndClose(page, "Temporary");
    await row(page, "Temporary").getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke and delete" }).click();
    await expect(page.getByRole("heading", { name: "No API keys yet" })).toBeVisible();
    expect((await call(page, { "x-api-key": secret })).status()).toBe(401);
  });

  test("a key that somebody else has revoked meanwhile is said to be", async ({ page, user: _, context }) => {
    await createAndClose(page, "Shared");
    const other = await context.newPage();
    await other.goto(HOME);
    await row(page, "Shared").getByRole("button", { name: "Revoke" }).click();
    await row(other, "Shared").getByRole("button", { name: "Revoke" }).click();
    await other.getByRole("button", { name: "Revoke key" }).click();
    await expect(other.getByText("Key revoked")).toBeVisible();
    await page.getByRole("button", { name: "Revoke key" }).click();
    await expect(page.getByText("has been revoked already")).toBeVisible();
  });
});

test("the whole main job works with the keyboard alone", async ({ page, user: _ }) => {
  const tabTo = async (name: string | RegExp, role: "button" | "textbox" = "button") => {
    const target = page.getByRole(role, { name }).first();
    for (let i = 0; i < 40 && !(await target.evaluate((element) => element === document.activeElement)); i++)
      await page.keyboard.press("Tab");
    await expect(target).toBeFocused();
  };
  await page.goto(HOME);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await tabTo("Create New API Key");
  await page.keyboard.press("Enter");
  await expect(dialog(page).getByRole("textbox", { name: "Name" })).toBeFocused();
  await page.keyboard.type("Keyboard");
  await page.keyboard.press("Enter");
  await expect(savedKey(page)).toBeFocused();
  await tabTo("Send a test request");
  await page.keyboard.press("Enter");
  await expect(page.getByText("200 OK")).toBeVisible();
  await tabTo("Done");
  await page.keyboard.press("Enter");
  await expect(createButton(page)).toBeFocused();
  await tabTo("Revoke Keyboard");
  await page.keyboard.press("Enter");
  const alert = page.getByRole("alertdialog");
  await expect(alert.getByRole("button", { name: "Cancel" })).toBeFocused();
  // The test request that the list may show by now asks for the name.
  await tabTo("Revoke key");
  await page.keyboard.press("Enter");
  if (await alert.getByRole("textbox").isVisible()) {
    await tabTo("Type the key's name to confirm", "textbox");
    await page.keyboard.type("Keyboard");
    await page.keyboard.press("Enter");
  }
  await expect(row(page, "Keyboard").getByText("Revoked", { exact: true })).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`no accessibility violation on the page and its dialogs in the ${colorScheme} theme`, async ({
    page,
    user: _,
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const expectAccessible = async () => expect(await violations(page)).toEqual([]);
    await page.goto(HOME);
    await expectAccessible();
    await createButton(page).click();
    await dialog(page).getByLabel("Expires").selectOption("Custom date");
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(dialog(page).getByText("Give the key a name")).toBeVisible();
    await expectAccessible();
    await dialog(page).getByLabel("Expires").selectOption("7 days");
    await dialog(page).getByRole("textbox", { name: "Name" }).fill("Accessible");
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await dialog(page).getByRole("button", { name: "Send a test request" }).click();
    await expect(page.getByText("200 OK")).toBeVisible();
    await expectAccessible();
    await dialog(page).getByRole("button", { name: "Done" }).click();
    await expect(row(page, "Accessible")).toBeVisible();
    await expectAccessible();
    await row(page, "Accessible").getByRole("button", { name: "More actions" }).click();
    await expectAccessible();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await expectAccessible();
    await page.keyboard.press("Escape");
    await row(page, "Accessible").getByRole("button", { name: "Revoke" }).click();
    await expectAccessible();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: /account menu/ }).click();
    await expect(page.getByRole("menuitem", { name: "Sign out" })).toBeVisible();
    await expectAccessible();
  });
}

test("the theme is chosen in the menu, stays after a reload, and is there without a flash", async ({
  page,
  user: _,
}) => {
  await page.getByRole("button", { name: /account menu/ }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  expect(await scheme()).toBe("dark");
  const html = await (await page.request.get(HOME)).text();
  expect(html).toMatch(/<html[^>]*data-theme="dark"/);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 375, height: 740 } });

  test("the list reads, nothing scrolls sideways, the navigation folds away", async ({ page, user: _ }) => {
    const name = `${"Long".repeat(15)}name`;
    await createButton(page).click();
    await dialog(page).getByRole("textbox", { name: "Name" }).fill(name);
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(savedKey(page)).toBeVisible();
    const sideways = () =>
      page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    expect(await sideways()).toBe(false);
    await dialog(page).getByRole("button", { name: "Copy" }).first().click();
    await dialog(page).getByRole("button", { name: "Done" }).click();
    const item = page.getByRole("row").filter({ hasText: name });
    for (const part of [item.getByRole("rowheader"), item.getByText("Active"), item.getByRole("button")])
      for (const one of await part.all()) await expect(one).toBeInViewport({ ratio: 1 });
    expect(await sideways()).toBe(false);
    const link = page.getByRole("link", { name: "Developer Settings" });
    await expect(link).toBeHidden();
    await page.getByLabel("Menu", { exact: true }).click();
    await expect(link).toBeVisible();
  });
});

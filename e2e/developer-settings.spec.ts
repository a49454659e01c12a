import type { Page } from "playwright/test";
import { expectAccessible, expectNoSidewaysScroll } from "#e2e/support/accessibility.ts";
import {
  apiStatus,
  createButton,
  createShownKey,
  expectRow,
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
  await page.goto(KEY_LIST);
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
    Key: `${secret.slice(0, 7)}…${secret.slice(-4)}`,
    Status: "Active",
    "Last used": "just now",
    "Requests (24 h)": "3",
  });

  const key = keyRow(page, "Production App");
  await key.getByRole("button", { name: "Revoke" }).click();
  const alert = page.getByRole("alertdialog", { name: 'Revoke "Production App"?' });
  await expect(alert.getByRole("button", { name: "Cancel" })).toBeFocused();
  await expect(alert).toContainText("Requests using this key will fail immediately. This can't be undone.");
  await expect(alert).toContainText(/Last used just now from 198\.1[89]\.\d+\.0\/24 by Chrome on Linux\./);
  await expect(alert).toContainText("3 requests in about the last 24 hours.");
  await alert.getByRole("button", { name: "Revoke key" }).click();
  await expect(alert.getByText("This is not the key's name.")).toBeVisible();
  await alert.getByRole("textbox").fill("Production App");
  await alert.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText('Revoked "Production App"')).toBeVisible();
  await expectRow(page, "Production App", { Status: "Revoked" });
  await expect(key.getByRole("button", { name: "Revoke" })).toHaveCount(0);

  const rejected = await page.request.get("/api/v1/key", { headers });
  expect(rejected.status()).toBe(401);
  expect(await rejected.text()).toBe('{"error":{"code":"unauthorized","message":"Invalid or missing API key"}}');
});

test("without keys there is one button and an example request", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  await expect(page.getByRole("heading", { name: "Developer Settings", level: 1 })).toBeVisible();
  await expect(page.getByRole("heading", { name: "No API keys yet" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Your API keys" })).toContainText("/api/v1/bytedance/generate-image");
  await expect(createButton(page)).toHaveCount(1);
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
    await dialog(page).getByLabel("Expires").selectOption("7d");
    await dialog(page).getByRole("textbox", { name: "Name" }).fill("Accessible");
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await dialog(page).getByRole("button", { name: "Send a test request" }).click();
    await expect(page.getByText("200 OK")).toBeVisible();
    await expectAccessible(page);
    await dialog(page).getByRole("button", { name: "Done" }).click();
    await expect(keyRow(page, "Accessible")).toBeVisible();
    await expectAccessible(page);
    await openRowMenu(page, "Accessible");
    await expect(page.getByRole("menuitem", { name: "Rename" })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await expect(dialog(page)).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await keyRow(page, "Accessible").getByRole("button", { name: "Revoke" }).click();
    await expect(page.getByRole("alertdialog")).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: /account menu/ }).click();
    await expect(page.getByRole("menuitem", { name: "Sign out" })).toBeVisible();
    await expectAccessible(page);
  });
}

test("the theme is chosen in the menu and is part of the next page's HTML", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  await page.getByRole("button", { name: /account menu/ }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  await expect.poll(scheme).toBe("dark");
  const html = await (await page.request.get(KEY_LIST)).text();
  expect(html).toMatch(/<html[^>]*data-theme="dark"/);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 375, height: 740 } });

  test("the list fits, nothing scrolls sideways, and the navigation folds", async ({ page, user: _ }) => {
    const name = `${"Long".repeat(15)}name`;
    await page.goto(KEY_LIST);
    await createShownKey(page, name);
    await expectNoSidewaysScroll(page);
    await dialog(page).getByRole("button", { name: "Copy" }).first().click();
    await expect(dialog(page).getByRole("button", { name: "Copied" })).toBeVisible();
    await dialog(page).getByRole("button", { name: "Done" }).click();
    const item = keyRow(page, name);
    await expect(item).toBeVisible();
    for (const part of [item.getByRole("rowheader"), item.getByText("Active"), item.getByRole("button")])
      for (const one of await part.all()) await expect(one).toBeInViewport({ ratio: 1 });
    await expectNoSidewaysScroll(page);
    const link = page.getByRole("link", { name: "Developer Settings" });
    await expect(link).toBeHidden();
    await page.getByLabel("Menu", { exact: true }).click();
    await expect(link).toBeVisible();
  });
});

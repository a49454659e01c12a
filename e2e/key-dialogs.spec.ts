import type { Page } from "playwright/test";
import {
  clickRowAction,
  createButton,
  createShownKey,
  expectRow,
  KEY_LIST,
  keyRow,
  newKeyField,
} from "#e2e/support/key-list.ts";
import { addKeys } from "#e2e/support/seed.ts";
import { expect, newUser, signUp } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { codeRuns } from "#e2e/support/without-code.ts";
import { database } from "#lib/database/client.ts";

test.use({ contextOptions: { reducedMotion: "no-preference" } });

const dialog = (page: Page) => page.getByRole("dialog").or(page.getByRole("alertdialog"));
const key = (page: Page) => keyRow(page, "key 0");
const more = (page: Page) => key(page).getByRole("button", { name: "More actions" });

async function choose(page: Page, action: string): Promise<void> {
  await clickRowAction(page, "key 0", action);
  await expect(dialog(page)).toBeVisible();
}

test("a successor stays visible when its predecessor leaves the list behind the dialog", async ({ page, user }) => {
  await addKeys(user.email, 1);
  await page.goto(`${KEY_LIST}?status=active`);
  await choose(page, "Rotate");
  await page.getByLabel("Expire old key").selectOption("Now");
  await page.getByRole("button", { name: "Rotate key" }).click();
  const field = newKeyField(page);
  const secret = await field.inputValue();
  const before = await page.locator("tbody tr a").getAttribute("href");
  await page.getByRole("button", { name: "Send a test request" }).click();
  await expect(page.locator("tbody tr a")).not.toHaveAttribute("href", String(before));
  await expect(field).toHaveValue(secret);
});

test("the focus returns to the dialog's opener, or to the list when the key has ended", async ({ page, user }) => {
  await addKeys(user.email, 1);
  await page.goto(KEY_LIST);
  for (const action of ["Rotate", "Rename", "Edit expiry", "Disable", "Delete"]) {
    await choose(page, action);
    await page.keyboard.press("Escape");
    await expect(dialog(page)).toHaveCount(0);
    await expect(more(page), action).toBeFocused();
  }
  const revoke = key(page).getByRole("button", { name: "Revoke" });
  await revoke.click();
  await dialog(page).getByRole("button", { name: "Cancel" }).click();
  await expect(revoke).toBeFocused();
  await revoke.click();
  await dialog(page).getByRole("button", { name: "Revoke key" }).click();
  await expectRow(page, "key 0", { Status: "Revoked" });
  await expect(page.locator("#api-keys :focus")).toHaveCount(1);
});

test("a key in use is deleted or rotated immediately only after its name is typed", async ({ page, user }) => {
  await addKeys(user.email, 1);
  await database().apiKey.updateMany({ where: { user: { email: user.email } }, data: { lastUsedAt: new Date() } });
  await page.goto(KEY_LIST);
  const typed = dialog(page).getByRole("textbox", { name: "Type the key's name to confirm" });
  await choose(page, "Rotate");
  await expect(typed).toHaveCount(0);
  await page.getByLabel("Expire old key").selectOption("Now");
  await dialog(page).getByRole("button", { name: "Rotate key" }).click();
  await expect(dialog(page).getByText("This is not the key's name.")).toBeVisible();
  await dialog(page).getByRole("button", { name: "Cancel" }).click();

  await choose(page, "Delete");
  await dialog(page).getByRole("button", { name: "Revoke and delete" }).click();
  await expect(dialog(page).getByText("This is not the key's name.")).toBeVisible();
  await typed.fill("key 0");
  await dialog(page).getByRole("button", { name: "Revoke and delete" }).click();
  await expect(page.getByRole("heading", { name: "No API keys yet" })).toBeVisible();
});

test("the list refreshes by itself, but not behind a dialog, and stays when the server is away", async ({
  page,
  user,
}) => {
  await addKeys(user.email, 1);
  await page.clock.install();
  await page.goto(KEY_LIST);
  await codeRuns(page);
  const read: string[] = [];
  page.on("request", (request) => request.url().includes(KEY_LIST) && read.push(request.method()));
  const tick = () => page.clock.fastForward(11_000);
  const refreshed = page.waitForResponse(/\/settings\/developer\/stamp/);
  await tick();
  await refreshed;

  await choose(page, "Rename");
  read.length = 0;
  await tick();
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toHaveCount(0);
  expect(read).toEqual([]);

  await page.evaluate("globalThis.same = true");
  await page.route(`**${KEY_LIST}/stamp*`, (route) => route.abort());
  for (let i = 0; i < 2; i += 1) {
    const failed = page.waitForEvent("requestfailed");
    await tick();
    await failed;
  }
  expect(await page.evaluate("globalThis.same")).toBe(true);
  await expect(more(page)).toBeVisible();
});

test("validating the form for a key breaks no Content-Security-Policy", async ({ page, user: _ }) => {
  await page.addInitScript(() => {
    Object.assign(globalThis, { violations: [] });
    document.addEventListener("securitypolicyviolation", ({ blockedURI }) =>
      (globalThis as unknown as { violations: string[] }).violations.push(blockedURI),
    );
  });
  await page.goto(KEY_LIST);
  await createButton(page).click();
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(dialog(page).getByText("Give the key a name.")).toBeVisible();
  expect(await page.evaluate("violations")).toEqual([]);
});

test("the test request works after sign-up on a host name, too", async ({ openBrowser, baseURL }) => {
  const page = await openBrowser({ baseURL: String(baseURL).replace("127.0.0.1", "localhost") });
  await signUp(page, newUser());
  await createShownKey(page, "First");
  await page.getByRole("button", { name: "Send a test request" }).click();
  await expect(page.getByText("200 OK")).toBeVisible();
});

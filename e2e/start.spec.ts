import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "playwright/test";
import { EXAMPLE_FILES, LANGUAGES } from "#components/request-examples/language.ts";
import { expectAccessibleInBothThemes } from "#e2e/support/accessibility.ts";
import {
  apiStatus,
  createButton,
  createKey,
  createShownKey,
  expectRow,
  KEY_LIST,
  keyList,
  keyRow,
} from "#e2e/support/key-list.ts";
import { layoutProblems } from "#e2e/support/layout-problems.ts";
import { CALLER, seedKey } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";

const run = promisify(execFile);
const PLACEHOLDER = "gt_your_api_key_here";
const panel = (page: Page) => page.getByRole("region", { name: "First request" });
const probe = async (page: Page, query = "") => (await page.request.get(`${KEY_LIST}/first-request${query}`)).text();
const example = (page: Page, language: string) => page.getByRole("tabpanel", { name: language }).locator("code");

test("an empty list leads to the first request in three steps, with the only button in them", async ({
  page,
  baseURL,
  user: _,
}) => {
  await page.goto(KEY_LIST);
  await expect(keyList(page).getByRole("heading", { level: 3 })).toHaveText([
    "Create a key",
    "Make a request",
    "See it here",
  ]);
  await expect(createButton(page)).toHaveCount(1);
  await expect(keyList(page).getByRole("listitem").first().getByRole("button")).toHaveText("Create New API Key");
  for (const language of LANGUAGES) {
    await page.getByRole("tab", { name: language }).click();
    await expect(example(page, language)).toContainText(PLACEHOLDER);
    await expect(example(page, language)).toContainText(`${baseURL}/api/v1/bytedance/generate-image`);
  }
  await expect(panel(page)).toHaveCount(0);
  await expectAccessibleInBothThemes(page);
});

test("the list waits for the first request, shows it when it comes, and then never waits again", async ({
  page,
  user: _,
}) => {
  await page.goto(KEY_LIST);
  const secret = await createKey(page, "Production App");
  await expect(keyRow(page, "Production App")).toContainText("Never");
  await expect(createButton(page)).toHaveCount(1);
  await expect(createButton(page)).toBeFocused();
  await expect(panel(page).getByRole("status")).toHaveText("Waiting for your first request…");
  await expectAccessibleInBothThemes(page);

  await page.getByRole("tab", { name: "JavaScript" }).click();
  const program = (await example(page, "JavaScript").textContent()) ?? "";
  const { stdout } = await run(process.execPath, [
    "--input-type=module",
    "--eval",
    program.replace(PLACEHOLDER, secret),
  ]);
  expect(stdout).toContain("data:image");
  await expect(panel(page).getByRole("status")).toContainText("First request received.");
  await expectRow(page, "Production App", { "Last used": /now|ago/, "Requests (24 h)": /^1$/ });
  await expect(page.getByRole("tablist", { name: "Language" })).toHaveCount(0);
  await expectAccessibleInBothThemes(page);

  await page.reload();
  await expect(keyRow(page, "Production App")).toBeVisible();
  await expect(panel(page)).toHaveCount(0);
});

test("a test request of the dialog counts like any other, and its caller can be recognized", async ({
  page,
  user: _,
}) => {
  await page.goto(KEY_LIST);
  await createShownKey(page, "Tested");
  await page.getByRole("button", { name: "Send a test request" }).click();
  await expect(page.getByText("200 OK")).toBeVisible();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(panel(page).getByRole("status")).toContainText("First request received.");
  await expectRow(page, "Tested", { "Last used": /now|ago/, "Requests (24 h)": /^1$/ });
  await keyRow(page, "Tested").getByRole("link", { name: "Tested" }).click();
  const caller = page.getByRole("row").filter({ hasText: "/api/v1/key" });
  await expect(caller).toContainText(/This dashboard, Chrome on Linux.*1/);
  await expect(panel(page)).toHaveCount(0);
});

test("the page of a key that was never used waits for its first request", async ({ page, user }) => {
  const { key, secret } = await seedKey(user.email);
  const other = await seedKey(user.email);
  await page.goto(`${KEY_LIST}/${key.id}`);
  await expect(panel(page).getByRole("status")).toHaveText("Waiting for its first request…");
  await expect(example(page, "cURL")).toContainText(PLACEHOLDER);
  await expectAccessibleInBothThemes(page);

  expect(await apiStatus(page, other.secret)).toBe(200);
  await expect.poll(() => probe(page)).toBe("received");
  await expect(panel(page).getByRole("status")).toHaveText("Waiting for its first request…");

  expect(await apiStatus(page, secret)).toBe(200);
  await expect(panel(page).getByRole("status")).toHaveText("First request received.");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(panel(page)).toHaveCount(0);
});

test("a page waits for its own user's keys only, and for none that can't send a request", async ({
  page,
  user,
  asAnotherUser,
}) => {
  const { userId, key, secret } = await seedKey(user.email);
  expect(await apiStatus(page, secret)).toBe(200);
  await expect.poll(() => probe(page, `?key=${key.id}`)).toBe("received");
  const bob = await asAnotherUser();
  expect(await probe(bob, `?key=${key.id}`)).toBe("waiting");
  expect(await probe(page, "?key=x'")).toBe("waiting");

  const { key: revoked } = await seedKey(user.email);
  await revokeApiKey(userId, revoked.id, CALLER);
  await page.goto(`${KEY_LIST}/${revoked.id}`);
  await expect(page.getByText("Revoked").first()).toBeVisible();
  await expect(panel(page)).toHaveCount(0);

  await page.context().clearCookies();
  expect((await page.request.get(`${KEY_LIST}/first-request`)).status()).toBe(401);
});

test("the waiting panel fits a narrow window", async ({ page, user }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const { key } = await seedKey(user.email);
  for (const path of [KEY_LIST, `${KEY_LIST}/${key.id}`]) {
    await page.goto(path, { waitUntil: "networkidle" });
    await expect(panel(page)).toBeVisible();
    expect(await layoutProblems(page), path).toEqual([]);
  }
});

test("without JavaScript the steps and the panel show all examples and no button that does nothing", async ({
  user,
  context,
  openBrowser,
}) => {
  const page = await openBrowser({ storageState: await context.storageState(), javaScriptEnabled: false });
  const expectPlain = async () => {
    for (const language of LANGUAGES)
      await expect(page.getByRole("tabpanel").filter({ hasText: EXAMPLE_FILES[language] })).toBeVisible();
    await expect(page.getByRole("main").getByRole("button")).toHaveCount(0);
  };
  await page.goto(KEY_LIST);
  await expect(page.getByRole("heading", { name: "Make a request" })).toBeVisible();
  await expectPlain();
  const { key } = await seedKey(user.email);
  await page.goto(`${KEY_LIST}/${key.id}`);
  await expect(panel(page)).toContainText("Waiting for its first request…");
  await expectPlain();
});

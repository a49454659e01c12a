import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes, expectNoSidewaysScroll, expectTablesFit } from "#e2e/support/accessibility.ts";
import { column, KEY_LIST, search } from "#e2e/support/key-list.ts";
import { layoutProblems } from "#e2e/support/layout-problems.ts";
import { CALLER, seedKey } from "#e2e/support/seed.ts";
import { createUser } from "#e2e/support/test-database.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { listLeakReports } from "#lib/leaks/read.ts";
import { recordLeak } from "#lib/leaks/record-leak.ts";

const card = (page: Page) => page.getByRole("region", { name: "The key you pasted" });
const reports = (page: Page) => page.getByRole("region", { name: "Leak reports" }).getByRole("row");
const URL_TEXT = `https://evil.example/${"a/".repeat(60)}<img src=x>?q=javascript:alert(1)`;

test("users can paste their own key and report it as leaked, which revokes it and marks it permanently", async ({
  page,
  user,
}) => {
  const { key, secret } = await seedKey(user.email);
  await page.goto(KEY_LIST);
  await search(page).fill(secret);
  await card(page).getByRole("button", { name: "Report as leaked" }).click();
  const dialog = page.getByRole("alertdialog", { name: 'Report "Production App" as leaked?' });
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await expectAccessibleInBothThemes(page);
  await dialog.getByRole("button", { name: "Report as leaked" }).click();
  await expect(page.getByText('Reported as leaked: "Production App"')).toBeVisible();
  await expect(card(page)).toHaveCount(0);
  await expect(column(page, 7)).toHaveText([/Revoked.*Leaked/s]);
  expect((await page.request.get("/api/v1/auth", { headers: { "x-api-key": secret } })).status()).toBe(401);

  await search(page).fill(secret);
  await expect(card(page)).toContainText("Revoked");
  await expect(card(page).getByRole("button")).toHaveCount(0);
  await page.goto(`${KEY_LIST}/${key.id}`);
  await expect(reports(page).nth(1)).toContainText(/You\s*Not given/);
  await expect(page.getByRole("region", { name: "Recent activity" })).toContainText("Key reported as leaked");
});

test("the key's page shows a reporter's words as text, never as a link, and fits a phone", async ({ page, user }) => {
  const { key, secret } = await seedKey(user.email);
  const sent = { data: { keys: [secret], source: "Scanner <b>1</b>", url: URL_TEXT } };
  expect((await page.request.post("/api/v1/leaks", sent)).status()).toBe(202);
  await page.goto(`${KEY_LIST}/${key.id}`);
  const row = reports(page).nth(1);
  await expect(row).toContainText("Scanner <b>1</b>");
  await expect(row).toContainText(URL_TEXT);
  await expect(row.getByRole("link")).toHaveCount(0);
  await expect(page.locator("img[src=x]")).toHaveCount(0);
  await expect(page.getByRole("definition").filter({ hasText: "Leaked" })).toContainText("Revoked");
  for (const width of [1440, 375, 320]) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${KEY_LIST}/${key.id}`);
    await expectNoSidewaysScroll(page);
    await expectTablesFit(page);
    await expect.poll(() => layoutProblems(page)).toEqual([]);
  }
  await expectAccessibleInBothThemes(page);
});

test("no account sees or reports another's key", async ({ page, user }) => {
  const bob = await createUser("Bob", "free", `bob-${user.email}`);
  const own = await seedKey(user.email);
  const bobs = await seedKey(bob.email);
  await recordLeak(bob.id, [bobs.key.id], { source: "Scanner", url: "https://bobs.example" }, CALLER);
  expect((await page.goto(`${KEY_LIST}/${bobs.key.id}`))?.status()).toBe(404);
  await expect(page.getByText("bobs.example")).toHaveCount(0);
  await page.goto(KEY_LIST);
  await search(page).fill(bobs.secret);
  await expect(page.getByText("No key in your account matches.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Report as leaked" })).toHaveCount(0);
  expect(await listLeakReports(own.userId, bobs.key.id)).toEqual([]);
});

test("the request that reports a key runs as shown and revokes the key", async ({ page, user }) => {
  test.skip(!process.env.CI && spawnSync("curl", ["--version"]).error !== undefined, "needs curl");
  const { secret } = await seedKey(user.email);
  await page.goto("/docs/leaks");
  const shown = await page.getByRole("region", { name: "If you found a key" }).locator("pre code").textContent();
  const command = shown?.replace("gt_the_key_you_found", secret) ?? "";
  expect(command).toContain(secret);
  await promisify(execFile)("bash", ["-c", `${command.replace("curl ", "curl --fail ")}`]);
  expect((await page.request.get("/api/v1/auth", { headers: { "x-api-key": secret } })).status()).toBe(401);
});

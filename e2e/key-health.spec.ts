import type { Page } from "playwright/test";
import { expectAccessible } from "#e2e/support/accessibility.ts";
import { KEY_LIST, keyList, rows, search } from "#e2e/support/key-list.ts";
import { addKeys } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { codeRuns } from "#e2e/support/without-code.ts";
import { database } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);

test("forty keys that were never used are found, shown and revoked at once", async ({ page, user }) => {
  await addKeys(user.email, 40, (i) => ({ createdAt: inDays(-31 - i) }));
  await addKeys(user.email, 2, () => ({ name: "young" }));
  await page.goto(KEY_LIST);
  await codeRuns(page);
  const banner = page.getByText("Key health: 1 suggestion");
  await expect(banner).toBeInViewport();
  await banner.click();
  await page.getByRole("link", { name: "Review and revoke 40 keys" }).click();
  await page.waitForURL(`${KEY_LIST}?finding=never_used`);
  await expect(keyList(page)).toContainText("40 keys were never used in 30 days.");
  await expect(keyList(page)).toBeFocused();
  await expect(keyList(page).getByText("40 keys were never used in 30 days.")).toBeInViewport();
  await expect(page.getByText("1–25 of 40 keys")).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("columnheader", { name: "Name" }).getByRole("link").click();
  await page.waitForURL(`${KEY_LIST}?finding=never_used&sort=name&direction=asc`);
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page.getByText("26–40 of 40 keys")).toBeVisible();
  const href = await page.getByRole("link", { name: "Export CSV" }).getAttribute("href");
  const file = await (await page.request.get(String(href))).text();
  expect(file.trimEnd().split("\r\n")).toHaveLength(41);
  expect(file).not.toContain("young");

  await page.getByRole("checkbox", { name: "Select all keys on this page" }).check();
  await page.getByRole("button", { name: "Select all 40 that match" }).click();
  await page.getByRole("region", { name: "Selected keys" }).getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("alertdialog", { name: "Revoke 40 keys?" }).getByRole("button", { name: "Revoke keys" }).click();
  await expect(page.getByText("40 keys revoked")).toBeVisible();
  await expect(page.getByText("No keys are left in this view.")).toBeVisible();
  await expect(page.getByText("Key health")).toHaveCount(0);
  await page.getByRole("link", { name: "Show all keys" }).click();
  await page.waitForURL((url) => !url.searchParams.has("finding"));
  await expect(page.getByText("1–25 of 42 keys")).toBeVisible();
  const left = await database().apiKey.findMany({ where: { user: { email: user.email }, revokedAt: null } });
  expect(left.map(({ name }) => name)).toEqual(["young", "young"]);
});

/** Closes the dialog of a new key, which may be followed by that of the next key. */
async function leaveNewKey(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Close without saving" }).click();
}

test("keys are rotated one after the other, in one dialog each, which can be skipped and stopped", async ({
  page,
  user,
}) => {
  await addKeys(user.email, 4, (i) => ({ createdAt: inDays(-31 - i), lastUsedAt: inDays(-1), expiresAt: inDays(3) }));
  await page.goto(KEY_LIST);
  await page.getByText("Key health: 1 suggestion").click();
  const start = page.getByRole("button", { name: "Rotate 4 keys" });
  await start.click();
  const dialog = (place: number) =>
    page.getByRole("dialog", { name: new RegExp(`^Rotate "key ${place - 1}" \\(${place} of 4\\)$`) });
  await expect(dialog(1).getByLabel("New key expires")).toBeFocused();
  await expectAccessible(page);
  await dialog(1).getByRole("button", { name: "Skip" }).click();
  await dialog(2).getByLabel("New key expires").selectOption("30d");
  await dialog(2).getByRole("button", { name: "Rotate key" }).click();
  await leaveNewKey(page);
  await dialog(3).getByRole("button", { name: "Rotate key" }).click();
  await leaveNewKey(page);
  await dialog(4).getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Rotate 2 keys" })).toBeVisible();
  const successors = await database().apiKey.findMany({
    where: { user: { email: user.email }, replacesId: { not: null } },
    orderBy: { createdAt: "asc" },
  });
  expect(successors.map(({ name }) => name)).toEqual(["key 1", "key 2"]);
  const days = successors.map(({ createdAt, expiresAt }) => (Number(expiresAt) - Number(createdAt)) / DAY_MS);
  expect(days.map(Math.round)).toEqual([30, 36]);
});

test("a warning is part of the view: a search keeps it and Clear removes it, also without JavaScript", async ({
  user,
  openBrowser,
  context,
}) => {
  await addKeys(user.email, 3, (i) => ({ ...(i > 0 && { createdAt: inDays(-31) }) }));
  const storageState = await context.storageState();
  for (const javaScriptEnabled of [true, false]) {
    const page = await openBrowser({ javaScriptEnabled, storageState });
    await page.goto(KEY_LIST);
    await page.getByText("Key health: 1 suggestion").click();
    await page.getByRole("link", { name: "Review and revoke 2 keys" }).click();
    await expect(rows(page)).toHaveCount(2);
    await search(page).fill("key");
    if (!javaScriptEnabled) await page.getByRole("button", { name: "Apply" }).click();
    await page.waitForURL((url) => url.searchParams.get("q") === "key");
    await expect(page).toHaveURL(/finding=never_used/);
    await expect(rows(page)).toHaveCount(2);
    await page.getByRole("link", { name: "Clear" }).click();
    await page.waitForURL(KEY_LIST);
    await expect(rows(page)).toHaveCount(3);
  }
});

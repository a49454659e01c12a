import { expectAccessible } from "#e2e/support/accessibility.ts";
import { KEY_LIST, keyList, rows, search } from "#e2e/support/key-list.ts";
import { addKeys } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { database } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);

test("forty keys that were never used are found, shown and revoked at once", async ({ page, user }) => {
  await addKeys(user.email, 40, (i) => ({ createdAt: inDays(-31 - i) }));
  await addKeys(user.email, 2, () => ({ name: "young" }));
  await page.goto(KEY_LIST);
  await page.getByText("Key health: 1 suggestion").click();
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
  await expect(page.getByText("No key is left in this view.")).toBeVisible();
  await expect(page.getByText("Key health: all good")).toBeVisible();
  await page.getByRole("link", { name: "Show all keys" }).click();
  await page.waitForURL((url) => !url.searchParams.has("finding"));
  await expect(page.getByText("1–25 of 42 keys")).toBeVisible();
  const left = await database().apiKey.findMany({ where: { user: { email: user.email }, revokedAt: null } });
  expect(left.map(({ name }) => name)).toEqual(["young", "young"]);
});

test("a key that expires soon is replaced by a new one, because a successor would expire as soon", async ({
  page,
  user,
}) => {
  await addKeys(user.email, 2, (i) => ({ ...(i === 0 && { expiresAt: inDays(3) }) }));
  await page.goto(KEY_LIST);
  await page.getByText("Key health: 1 suggestion").click();
  await page.getByRole("link", { name: "Replace 1 key" }).click();
  await page.waitForURL(`${KEY_LIST}?finding=expiring`);
  await expect(rows(page)).toHaveText(["key 0Production"]);
  await expect(keyList(page)).toContainText("1 key expires within 7 days. Create a new key");
  await page.getByRole("button", { name: "Create a new key" }).click();
  await expect(page.getByRole("dialog", { name: "Create New API Key" })).toBeVisible();
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

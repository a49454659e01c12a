import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes, expectNoSidewaysScroll } from "#e2e/support/accessibility.ts";
import { clickRowAction, expectRow, KEY_LIST, keyRow, openRowMenu, rows, search } from "#e2e/support/key-list.ts";
import { addKeys, CALLER, seedKey } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";
import { database } from "#lib/database/client.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";

const nameLink = (page: Page, name: string) => keyRow(page, name).getByRole("link", { name });

test("a row leads to its key, except from its controls and from selected text", async ({ page, user, context }) => {
  await addKeys(user.email, 2);
  await page.goto(KEY_LIST);
  const href = String(await nameLink(page, "key 0").getAttribute("href"));
  const cell = keyRow(page, "key 0").getByRole("cell").nth(1);
  await keyRow(page, "key 0").getByRole("checkbox").check();
  await openRowMenu(page, "key 0");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menuitem")).toHaveCount(0);
  const text = await keyRow(page, "key 0").getByRole("cell").nth(1).locator("code").boundingBox();
  if (!text) throw new Error("The key is not shown.");
  await page.mouse.move(text.x + 1, text.y + text.height / 2);
  await page.mouse.down();
  await page.mouse.move(text.x + text.width, text.y + text.height / 2, { steps: 5 });
  await page.mouse.up();
  expect(await page.evaluate(() => String(getSelection()))).toContain("gt_aaaa");
  await expect(page).toHaveURL(KEY_LIST);

  const opened = context.waitForEvent("page");
  await page.evaluate(() => getSelection()?.removeAllRanges());
  await cell.click({ modifiers: ["ControlOrMeta"] });
  await expect(await opened).toHaveURL(href);
  await expect(page).toHaveURL(KEY_LIST);
  await cell.click();
  await expect(page).toHaveURL(href);
  await expect(page.getByRole("heading", { level: 1, name: "key 0" })).toBeInViewport();
});

test("every row has the same menu, with what applies to its key", async ({ page, user, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await addKeys(user.email, 2, (i) => (i === 1 ? { revokedAt: new Date() } : {}));
  await page.goto(KEY_LIST);
  const items = page.getByRole("menuitem");
  await openRowMenu(page, "key 0");
  await expect(items).toHaveText([
    "Details",
    "Rename",
    "Edit note",
    "Rotate",
    "Edit expiry",
    "Edit permissions",
    "Disable",
    "Copy key ID",
    "Delete",
  ]);
  await page.keyboard.press("Escape");
  await expect(items).toHaveCount(0);
  await openRowMenu(page, "key 1");
  await expect(items).toHaveText(["Details", "Rename", "Edit note", "Copy key ID", "Delete"]);
  await items.getByText("Copy key ID").click();
  await expect(page.getByText('Copied the ID of "key 1"')).toBeVisible();
  const id = (await nameLink(page, "key 1").getAttribute("href"))?.split("/").at(-1);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(id);
});

test("an old key is a sub-row of its successor, and a row of its own where it alone matches", async ({
  page,
  user,
}) => {
  const { userId, key: old } = await seedKey(user.email);
  await addKeys(user.email, 24);
  await rotateApiKey(userId, old.id, "24h", CALLER);
  await page.goto(`${KEY_LIST}?sort=name&direction=desc`);
  await expect(rows(page)).toHaveCount(26);
  await expect(rows(page).nth(0)).toContainText("New key");
  await expect(rows(page).nth(1)).toContainText("Old key");
  await expect(page.getByText("25 of 25 keys and 1 old key")).toBeVisible();
  const table = page.getByRole("table");
  await expect(table.getByText(/^Ends in 2[34] hours$/)).toBeVisible();
  await expect(table.getByRole("button", { name: "Extend the old key of Production App" })).toBeVisible();
  await expect(table.getByRole("button", { name: "End old key of Production App" })).toBeVisible();
  await expectAccessibleInBothThemes(page);

  await search(page).fill(`${old.prefix}…${old.lastFour}`);
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText("Old key");
  await database().apiKey.update({ where: { id: old.id }, data: { lastUsedAt: new Date() }, select: { id: true } });
  await page.getByRole("link", { name: "Old keys in use" }).click();
  await expect(page).toHaveURL(`${KEY_LIST}?use=old_key&sort=name`);
  await expect(page.getByRole("link", { name: "Old keys in use" })).toHaveAttribute("aria-current", "true");
  await expect(rows(page)).toHaveCount(1);
});

test("the requests of the last 24 hours are beside a picture of them", async ({ page, user }) => {
  const { key } = await seedKey(user.email);
  const hour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  await database().usageHour.createMany({
    data: [0, 1, 5].map((ago) => ({
      apiKeyId: key.id,
      hour: new Date(hour - ago * HOUR_MS),
      outcome: "ok",
      requests: 411,
    })),
  });
  await page.goto(KEY_LIST);
  await expectRow(page, "Production App", { "Requests (24 h)": "1,233" });
  await expect(keyRow(page, "Production App").locator("svg.key-sparkline path")).toHaveAttribute("d", /^(M[^M]+){25}/);
});

test("after a key has ended, the focus is on its row, or on the row that took its place", async ({ page, user }) => {
  await addKeys(user.email, 3);
  await page.goto(`${KEY_LIST}?status=active`);
  const revoke = async (name: string) => {
    await keyRow(page, name).getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke key" }).click();
    await expect(page.getByRole("alertdialog")).toHaveCount(0);
  };
  await revoke("key 1");
  await expect(keyRow(page, "key 1")).toHaveCount(0);
  await expect(nameLink(page, "key 2")).toBeFocused();
  await revoke("key 2");
  await expect(nameLink(page, "key 0")).toBeFocused();
  await revoke("key 0");
  await expect(page.getByText("No keys match this view.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Show all keys" })).toBeFocused();

  await page.goto(KEY_LIST);
  await clickRowAction(page, "key 1", "Delete");
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete key" }).click();
  await expect(nameLink(page, "key 2")).toBeFocused();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText('"key 1" is back in the list. It stays revoked.')).toBeVisible();
  await expectRow(page, "key 1", { Status: "Revoked" });
});

test("a note is written, shown where the key is revoked and on its page, and never holds a key", async ({
  page,
  user,
}) => {
  await addKeys(user.email, 1);
  await page.goto(KEY_LIST);
  const sent: string[] = [];
  page.on("request", (request) => sent.push(request.postData() ?? ""));
  const secret = generateSecret();
  await clickRowAction(page, "key 0", "Edit note");
  const dialog = page.getByRole("dialog", { name: 'Note on "key 0"' });
  const note = dialog.getByRole("textbox", { name: "Note" });
  await expect(note).toBeFocused();
  await note.fill(`It is ${secret}`);
  await dialog.getByRole("button", { name: "Save note" }).click();
  await expect(dialog.getByText("This has an API key in it.")).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await note.fill("In the vault.\nAsk Zoë.");
  await dialog.getByRole("button", { name: "Save note" }).click();
  await expect(page.getByText('Note on "key 0" saved')).toBeVisible();
  expect(sent.join()).not.toContain(secret);

  await keyRow(page, "key 0").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("Note: In the vault.");
  await page.keyboard.press("Escape");
  await nameLink(page, "key 0").click();
  await expect(page.getByRole("definition").filter({ hasText: "In the vault.\nAsk Zoë." })).toBeVisible();
});

for (const { change, field, value, saved, shows } of [
  { change: "Edit note", field: "Note", value: "In the vault.", saved: 'Note on "key 0" saved', shows: "Note: In" },
  { change: "Rename", field: "Name", value: "vault", saved: 'renamed to "vault"', shows: 'Revoke "vault"?' },
])
  test(`a dialog that opens in the moment of ${change} shows the key as it is now`, async ({ page, user }) => {
    await addKeys(user.email, 1);
    await page.goto(KEY_LIST);
    // Loads the code of the dialog.
    await keyRow(page, "key 0").getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(page.getByRole("alertdialog")).toHaveCount(0);
    await clickRowAction(page, "key 0", change);
    await page.getByRole("textbox", { name: field }).fill(value);
    await page.evaluate((saved) => {
      const revoke = document.querySelector<HTMLElement>("button[aria-label^='Revoke key 0']");
      new MutationObserver((_, watch) => {
        if (!document.body.textContent?.includes(saved)) return;
        watch.disconnect();
        revoke?.click();
      }).observe(document.body, { childList: true, subtree: true, characterData: true });
    }, saved);
    await page.getByRole("button", { name: /^Save/ }).click();
    await expect(page.getByRole("alertdialog")).toContainText(shows);
  });

test("an unknown key that is pasted clears the search, and the filters move for nothing", async ({ page, user }) => {
  await addKeys(user.email, 3);
  await page.goto(KEY_LIST);
  const status = page.getByRole("combobox", { name: "Status" });
  const before = await status.boundingBox();
  await search(page).fill("key 1");
  await page.waitForURL(/q=key/);
  await expect(page.getByRole("link", { name: "Clear" })).toBeVisible();
  await expect.poll(() => status.boundingBox()).toEqual(before);
  await search(page).fill(generateSecret());
  await expect(page.getByText("No key in your account matches.")).toBeVisible();
  await expect(page).toHaveURL(KEY_LIST);
  await expect(rows(page)).toHaveCount(3);
});

test("the header stays in sight, and another page starts with the heading", async ({ page, user }) => {
  await addKeys(user.email, 40);
  await page.goto(KEY_LIST);
  await page.getByRole("link", { name: "Next page" }).scrollIntoViewIfNeeded();
  await expect(page.getByRole("columnheader", { name: "Name" })).toBeInViewport({ ratio: 1 });
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page.getByText("26–40 of 40 keys")).toBeAttached();
  await expect(page.getByRole("heading", { level: 1 })).toBeInViewport({ ratio: 1 });
});

for (const width of [700, 699, 320]) {
  test(`at ${width} px the list is sorted by its sort control, with nothing cut off`, async ({ page, user }) => {
    await page.setViewportSize({ width, height: 800 });
    await addKeys(user.email, 3);
    await page.goto(KEY_LIST);
    await page.getByRole("combobox", { name: "Sort by" }).selectOption("Name");
    await page.waitForURL(`${KEY_LIST}?sort=name&direction=asc`);
    await expect(rows(page).first()).toContainText("key 0");
    await page.getByRole("link", { name: "Sort descending" }).click();
    await page.waitForURL(`${KEY_LIST}?sort=name`);
    await expect(rows(page).first()).toContainText("key 2");
    const header = page.getByRole("columnheader", { name: "Last used" });
    if (width >= 700) await expect(header).toBeVisible();
    else await expect(header).toBeHidden();
    await expectNoSidewaysScroll(page);
    await expectAccessibleInBothThemes(page);
  });
}

test("without JavaScript the list has no control that can't work", async ({ user, openBrowser, context }) => {
  await addKeys(user.email, 2);
  const reader = await openBrowser({ javaScriptEnabled: false, storageState: await context.storageState() });
  await reader.goto(KEY_LIST);
  await expect(rows(reader)).toHaveCount(2);
  await expect(reader.getByRole("main").getByRole("button")).toHaveText(["Apply"]);
  await reader.setViewportSize({ width: 375, height: 800 });
  await reader.getByRole("combobox", { name: "Sort by" }).selectOption("Name");
  await reader.getByRole("button", { name: "Apply" }).click();
  await expect(rows(reader).first()).toContainText("key 1");
});

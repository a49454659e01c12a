import { expectAccessible } from "#e2e/support/accessibility.ts";
import { column, KEY_LIST, keyList, rows, search } from "#e2e/support/key-list.ts";
import { pressSearchShortcut } from "#e2e/support/search-shortcut.ts";
import { CALLER, seedKey, seedKeys } from "#e2e/support/seed.ts";
import { createUser } from "#e2e/support/test-database.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";
import { deleteApiKey } from "#lib/api-keys/store.ts";

test("search by name and by prefix, filter by status and environment, all in the address", async ({ page, user }) => {
  await seedKeys(user.email, 20);
  await page.goto(KEY_LIST);
  await search(page).fill("nightly");
  await page.waitForURL(`${KEY_LIST}?q=nightly`);
  await expect(rows(page)).toHaveCount(2);
  const prefix = (await column(page, 2).allInnerTexts())[0] ?? "";
  await search(page).fill(prefix);
  await page.waitForURL((url) => url.searchParams.get("q") === prefix);
  await expect(column(page, 2)).toHaveText([prefix]);
  await page.getByRole("link", { name: "Clear" }).click();
  await page.waitForURL(KEY_LIST);
  await expect(search(page)).toHaveValue("");
  await page.getByRole("combobox", { name: "Status" }).selectOption("Revoked");
  await page.waitForURL(`${KEY_LIST}?status=revoked`);
  await expect(rows(page)).toHaveCount(3);
  await page.getByRole("combobox", { name: "Environment" }).selectOption("Staging");
  await page.waitForURL(`${KEY_LIST}?status=revoked&environment=staging`);
  await expect(rows(page)).toHaveCount(1);
  await search(page).fill("100%_");
  await expect(page.getByText("No keys match this view.")).toBeVisible();
  await page.getByRole("link", { name: "Show all keys" }).click();
  await expect(rows(page)).toHaveCount(20);
});

test("the search field follows Back and Forward, and keeps what is typed meanwhile", async ({ page, user }) => {
  await seedKeys(user.email, 20);
  await page.goto(KEY_LIST);
  await search(page).fill("nightly");
  await page.waitForURL(`${KEY_LIST}?q=nightly`);
  await expect(search(page)).toBeFocused();
  await page.goBack();
  await expect(search(page)).toHaveValue("");
  await expect(search(page)).toBeFocused();
  await page.goForward();
  await expect(search(page)).toHaveValue("nightly");

  let letThrough = () => {};
  const held = new Promise<void>((resolve) => {
    letThrough = resolve;
  });
  await page.route(/q=ios/, async (route) => {
    await held;
    await route.continue();
  });
  await search(page).fill("ios");
  await expect(keyList(page)).toHaveAttribute("aria-busy", "true");
  await search(page).pressSequentially(" app");
  letThrough();
  await page.waitForURL((url) => url.searchParams.get("q") === "ios app");
  await expect(search(page)).toHaveValue("ios app");
});

test("text with a key's shape is cleared, named, and never sent or stored", async ({ page, user }) => {
  await seedKeys(user.email, 2);
  await page.goto(KEY_LIST);
  const secret = generateSecret();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url(), request.postData() ?? ""));
  await search(page).fill(secret);
  await expect(search(page)).toHaveValue("");
  await expect(page.getByText("No key in your account matches.")).toBeVisible();
  await search(page).fill(`my key is ${secret.slice(0, -3)}`);
  await expect(search(page)).toHaveValue("");
  await expect(page.getByText("a character is missing or wrong")).toBeVisible();
  await search(page).fill("production");
  await page.waitForURL(`${KEY_LIST}?q=production`);
  expect(asked.join("\n")).not.toContain(secret.slice(0, 12));
  expect(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))).not.toContain("gt_");
});

test("a pasted key shows its name and status, or that it is unknown, and is never sent", async ({ page, user }) => {
  const bobs = `bob-${user.email}`;
  await createUser("Bob", "free", bobs);
  const [active, deleted, others] = [await seedKey(user.email), await seedKey(user.email), await seedKey(bobs)];
  await deleteApiKey(deleted.userId, deleted.key.id, CALLER);
  await page.goto(KEY_LIST);
  const asked: string[] = [];
  page.on("request", (request) =>
    asked.push(request.url(), request.postData() ?? "", JSON.stringify(request.headers())),
  );
  const card = page.getByRole("region", { name: "The key you pasted" });

  await search(page).fill(` ${deleted.secret}\n`);
  await expect(card).toContainText("Deleted");
  await expect(card.getByRole("button", { name: "Revoke it" })).toHaveCount(0);
  await search(page).fill(others.secret);
  await expect(page.getByText("No key in your account matches.")).toBeVisible();
  await search(page).fill(active.secret);
  await expect(card).toContainText(/This is\s*Production App.*Active/);
  await expectAccessible(page);
  await card.getByRole("button", { name: "Revoke it" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText('Revoked "Production App"')).toBeVisible();
  // The card no longer applies.
  await expect(card).toHaveCount(0);
  for (const { secret } of [active, deleted, others]) expect(asked.join("\n")).not.toContain(secret.slice(4, 16));
});

test("shortcuts create, search and list themselves, and do nothing in a text field", async ({ page, user }) => {
  await seedKeys(user.email, 2);
  await page.goto(KEY_LIST);
  await pressSearchShortcut(page);
  await page.keyboard.type("c?/");
  await expect(search(page)).toHaveValue("c?/");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await search(page).fill("");
  await search(page).blur();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("c");
  await expect(page.getByRole("dialog")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("c");
  await expect(page.getByRole("dialog", { name: "Create New API Key" })).toBeVisible();
});

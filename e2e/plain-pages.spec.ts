import type { Page } from "playwright/test";
import { createButton, KEY_LIST } from "#e2e/support/key-list.ts";
import { addKeys, seedKeys, seedUsage } from "#e2e/support/seed.ts";
import { expect, signIn } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";

/** Names the visible buttons that only JavaScript makes work. */
const deadButtons = (page: Page) =>
  page
    .locator("button:visible")
    .filter({ visible: true })
    .evaluateAll((buttons) =>
      (buttons as HTMLButtonElement[])
        .filter(({ type, form }) => type !== "submit" || !form)
        .map((button) => button.ariaLabel ?? button.textContent),
    );

test("without JavaScript no page but the list shows a button that does nothing", async ({
  user,
  context,
  openBrowser,
}) => {
  await seedKeys(user.email, 3);
  const id = await seedUsage(user.email);
  const page = await openBrowser({ storageState: await context.storageState(), javaScriptEnabled: false });
  const docs = ["quick-start", "authentication", "rate-limits", "errors", "gateway", "api"].map(
    (name) => `/docs/${name}`,
  );
  const settings = [`developer/${id}`, "logs", "usage", "activity", "account"].map((name) => `/settings/${name}`);
  for (const path of [...docs, ...settings]) {
    await page.goto(path);
    expect.soft(await deadButtons(page), path).toEqual([]);
  }
  const visitor = await openBrowser({ javaScriptEnabled: false });
  for (const path of ["/sign-in", "/sign-up", "/password-link", "/verify-email", "/forgot-password"]) {
    await visitor.goto(path);
    expect.soft(await deadButtons(visitor), path).toEqual([]);
  }
});

test("the titles of a key's pages name the key", async ({ page, user }) => {
  await seedKeys(user.email, 3);
  const id = await seedUsage(user.email);
  await page.goto(`${KEY_LIST}/${id}`);
  const name = await page.getByRole("heading", { level: 1 }).textContent();
  await expect(page).toHaveTitle(`${name} · GoodTake`);
  await page.goto("/settings/usage");
  await page
    .getByRole("link", { name: new RegExp(`^${name} on`) })
    .first()
    .click();
  await expect(page).toHaveTitle(new RegExp(`^${name}, .+ · GoodTake$`));
  await page.goto(`${KEY_LIST}/00000000-0000-4000-8000-000000000000`);
  await expect(page).toHaveTitle("Page not found · GoodTake");
});

test("the top bar says that images come from the sandbox", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  await expect(page.getByRole("banner").getByText("Sandbox")).toBeVisible();
  await page.goto("/docs/authentication");
  await expect(page.getByRole("banner").getByText("Sandbox")).toBeVisible();
  await expect(page.getByRole("banner").getByRole("link", { name: "Developer Settings" })).toBeVisible();
});

test("a page that a link opens is shown from its heading, below the top bar", async ({ page, user }) => {
  await seedKeys(user.email, 25);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(KEY_LIST, { waitUntil: "networkidle" });
  const bar = await page.getByRole("banner").boundingBox();
  for (const name of ["Activity", "Account", "Developer Settings", "Usage"]) {
    await page.evaluate(() => window.scrollTo(0, 60));
    await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name }).click();
    const heading = page.getByRole("heading", { name, level: 1 });
    await expect(heading).toBeVisible();
    await expect.poll(async () => (await heading.boundingBox())?.y, name).toBeGreaterThanOrEqual(Number(bar?.height));
  }
});

test("a key that was revoked elsewhere can't be revoked again, and the focus stays in the dialog", async ({
  page,
  user,
  signInElsewhere,
}) => {
  await addKeys(user.email, 1);
  await page.goto(KEY_LIST);
  await page.getByRole("button", { name: "Revoke key 0" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toBeVisible();
  const other = await signInElsewhere(user);
  await other.getByRole("button", { name: "Revoke key 0" }).click();
  await other.getByRole("alertdialog").getByRole("button", { name: "Revoke key" }).click();
  await expect(other.getByText('Revoked "key 0"')).toBeVisible();
  await dialog.getByRole("button", { name: "Revoke key" }).click();
  await expect(dialog.getByRole("alert")).toContainText("revoked already");
  await expect(dialog.getByRole("button", { name: "Revoke key" })).toBeDisabled();
  await expect(dialog.getByRole("button", { name: "Close" })).toBeFocused();
});

test("an ended session is explained once, and what was typed returns after signing in", async ({
  page,
  user,
  signInElsewhere,
}) => {
  await page.goto(KEY_LIST, { waitUntil: "networkidle" });
  await createButton(page).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Kept for later");
  const other = await signInElsewhere(user);
  await other.goto("/settings/account");
  await other.getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(other.getByText("session was signed out")).toBeVisible();
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByText("You've been signed out. Sign in to continue.")).toHaveCount(1);
  await signIn(page, user);
  await page.waitForURL(KEY_LIST);
  await createButton(page).click();
  await expect(page.getByRole("dialog").getByRole("textbox", { name: "Name" })).toHaveValue("Kept for later");

  // A page says the same as an action.
  await page.keyboard.press("Escape");
  await other.reload();
  await other.getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(other.getByText("session was signed out")).toBeVisible();
  await page.goto("/settings/usage");
  await expect(page.getByText("You've been signed out. Sign in to continue.")).toHaveCount(1);
  await signIn(page, user);
  await page.waitForURL("/settings/usage");
});

import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes, expectNoSidewaysScroll } from "#e2e/support/accessibility.ts";
import { closeNewKey, createKey } from "#e2e/support/key-list.ts";
import type { ReceivedMail } from "#e2e/support/mail-server.ts";
import { expect, newUser, signIn, signOut, signUp } from "#e2e/support/user.ts";
import { signUpVerified } from "#e2e/support/verified-user.ts";
import { test } from "#e2e/support/with-mail.ts";

// In one worker, so that one server is enough.
test.describe.configure({ mode: "default" });

const card = (page: Page) => page.getByRole("region", { name: "Notifications" });
/** Returns the URL for one-click unsubscribing. */
const unsubscribeUrl = ({ headers }: ReceivedMail) => {
  const list = headers.get("list") as { unsubscribe?: { url?: string } } | undefined;
  return String(list?.unsubscribe?.url);
};

test("a notice can be turned off on the account page, with and without JavaScript", async ({
  mailing,
  openBrowser,
}) => {
  const user = newUser();
  const page = await openBrowser({ baseURL: mailing.url });
  await signUpVerified(page, mailing, user);
  await page.goto("/settings/account");
  const changes = card(page).getByRole("checkbox", { name: "Key changes" });
  await expect(changes).toBeChecked();
  await changes.uncheck();
  await card(page).getByRole("button", { name: "Save notifications" }).click();
  await expect(card(page).getByRole("status")).toHaveText("Notifications saved.");
  await expect(changes).not.toBeChecked();
  await expect(card(page).getByRole("checkbox", { name: "Credits" })).toBeChecked();
  await expectAccessibleInBothThemes(page);
  await page.setViewportSize({ width: 320, height: 700 });
  await expectNoSidewaysScroll(page);

  const plain = await openBrowser({ baseURL: mailing.url, javaScriptEnabled: false });
  await plain.goto("/sign-in");
  await signIn(plain, user);
  await plain.goto("/settings/account");
  const box = card(plain).getByRole("checkbox", { name: "Key changes" });
  await expect(box).not.toBeChecked();
  await box.check();
  await card(plain).getByRole("button", { name: "Save notifications" }).click();
  await expect(card(plain).getByRole("checkbox", { name: "Key changes" })).toBeChecked();
});

test("an unsubscribe link only shows a button, and one click in an email client needs no session", async ({
  mailing,
  openBrowser,
  request,
}) => {
  const { mail, url } = mailing;
  const user = newUser();
  const page = await openBrowser({ baseURL: url });
  await signUpVerified(page, mailing, user);
  await createKey(page, "First");
  const created = await mail.mailTo(user.email, "API key created: First");
  const link = unsubscribeUrl(created);
  expect(link.startsWith(`${url}/unsubscribe/`)).toBe(true);
  expect(created.headers.get("list-unsubscribe-post") ?? created.raw).toContain("One-Click");

  const visitor = await openBrowser({ baseURL: url });
  await visitor.goto(link);
  await expectAccessibleInBothThemes(visitor);
  await page.goto("/settings/account");
  await expect(card(page).getByRole("checkbox", { name: "Key changes" })).toBeChecked();
  await visitor.getByRole("button", { name: "Unsubscribe" }).click();
  await expect(visitor.getByRole("status")).toHaveText("You're unsubscribed.");
  await page.goto("/settings/account");
  await expect(card(page).getByRole("checkbox", { name: "Key changes" })).not.toBeChecked();

  await card(page).getByRole("checkbox", { name: "Key changes" }).check();
  await card(page).getByRole("button", { name: "Save notifications" }).click();
  await expect(card(page).getByRole("status")).toHaveText("Notifications saved.");
  const clicked = await request.post(link, { form: { "List-Unsubscribe": "One-Click" } });
  expect([clicked.status(), await clicked.text()]).toEqual([200, "You're unsubscribed.\n"]);
  await page.goto("/settings/account");
  await expect(card(page).getByRole("checkbox", { name: "Key changes" })).not.toBeChecked();

  const forged = link.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
  expect((await request.post(forged)).status()).toBe(400);
  await visitor.goto(forged);
  await expect(visitor.getByRole("heading", { name: "Unsubscribe" })).toBeVisible();
  await expect(visitor.getByRole("button", { name: "Unsubscribe" })).toHaveCount(0);
});

test("a sign-in from a new browser sends an email, and the next one doesn't", async ({ mailing, openBrowser }) => {
  const { mail, url } = mailing;
  const user = newUser();
  await signUpVerified(await openBrowser({ baseURL: url }), mailing, user);
  const other = await openBrowser({ baseURL: url });
  const news = () =>
    mail.mails.filter((each) => each.recipient === user.email && /New sign-in/.test(each.subject ?? ""));
  for (const name of ["First", "Second"]) {
    await other.goto("/sign-in");
    await signIn(other, user);
    await createKey(other, name);
    // Emails are sent in the order in which they were queued.
    await mail.mailTo(user.email, `API key created: ${name}`);
    expect(news()).toHaveLength(1);
    await signOut(other);
  }
  expect((await mail.mailTo(user.email, "New sign-in")).text).toContain("Chrome");
});

test("the link in the email about an expiring key opens its rotation, even after a sign-in", async ({
  mailing,
  openBrowser,
}) => {
  const user = newUser();
  const page = await openBrowser({ baseURL: mailing.url });
  await signUp(page, user);
  await createKey(page, "Nightly");
  await page.getByRole("link", { name: "Nightly" }).click();
  await expect(page).toHaveURL(/\/[0-9a-f-]{36}$/);
  const { pathname } = new URL(page.url());
  const other = await openBrowser({ baseURL: mailing.url });
  await other.goto(`${pathname}?open=rotate`);
  await signIn(other, user);
  const dialog = other.getByRole("dialog", { name: /Rotate/ });
  await expect(dialog).toBeVisible();
  await expect(other).toHaveURL(`${mailing.url}${pathname}`);
  await dialog.getByRole("button", { name: "Rotate key" }).click();
  await closeNewKey(other);
  await other.goto(`${pathname}?open=rotate`);
  await expect(other.getByRole("heading", { level: 1, name: "Nightly" })).toBeVisible();
  await expect(other.getByText("This key was rotated.")).toBeVisible();
  await expect(other.getByRole("dialog")).toHaveCount(0);
});

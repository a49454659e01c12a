import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes, expectNoSidewaysScroll } from "#e2e/support/accessibility.ts";
import { createKey, expectRow, KEY_LIST, keyRow, openRowMenu } from "#e2e/support/key-list.ts";
import { linkIn } from "#e2e/support/mail-server.ts";
import { expect, newUser, signIn } from "#e2e/support/user.ts";
import { signUpVerified } from "#e2e/support/verified-user.ts";
import { test } from "#e2e/support/with-mail.ts";

// In one worker, so that one server is enough.
test.describe.configure({ mode: "default" });

const card = (page: Page) => page.getByRole("region", { name: "Leaked keys" });
const choice = (page: Page) => card(page).getByRole("checkbox", { name: "Revoke production keys after 24 hours" });
const save = (page: Page) => card(page).getByRole("button", { name: "Save choice" }).click();

async function report(page: Page, secret: string): Promise<void> {
  const answer = await page.request.post("/api/v1/leaks", { data: { keys: [secret], source: "Scanner" } });
  expect(answer.status()).toBe(202);
}

test("an account chooses that a leaked key ends in 24 hours: its mail, its row and its page say so", async ({
  mailing,
  openBrowser,
}) => {
  const user = newUser();
  const page = await openBrowser({ baseURL: mailing.url });
  await signUpVerified(page, mailing, user);
  await page.goto("/settings/account");
  await expect(choice(page)).not.toBeChecked();
  await choice(page).check();
  await save(page);
  await expect(card(page).getByRole("status")).toHaveText("Choice saved.");
  await expect(choice(page)).toBeChecked();
  await expectAccessibleInBothThemes(page);
  await page.setViewportSize({ width: 320, height: 700 });
  await expectNoSidewaysScroll(page);
  await page.setViewportSize({ width: 1280, height: 900 });

  await page.goto(KEY_LIST);
  const secret = await createKey(page, "Billing");
  await report(page, secret);
  const mail = await mailing.mail.mailTo(user.email, "API key leaked: Billing");
  expect(mail.text).toMatch(/Rotate it now: it ends on .+ UTC/);
  await page.goto(KEY_LIST);
  await expectRow(page, "Billing", { Status: /Active.*Leaked.*Ends in (24|23) hours|Active.*Leaked.*Ends tomorrow/s });
  await openRowMenu(page, "Billing");
  await expect(page.getByRole("menuitem", { name: "Rotate" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: "Edit expiry" })).toHaveCount(0);

  await page.goto(linkIn(mail));
  await expect(page.getByRole("dialog", { name: "Rotate" })).toBeVisible();
  await page.getByRole("button", { name: "Rotate key" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Close without saving" }).click();
  await expect(page.getByText("Leaked: ends")).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await page.setViewportSize({ width: 320, height: 700 });
  await expectNoSidewaysScroll(page);
  expect((await page.request.get("/api/v1/auth", { headers: { "x-api-key": secret } })).status()).toBe(204);
});

test("without JavaScript the choice is saved, too, and without the choice a key ends at once", async ({
  mailing,
  openBrowser,
}) => {
  const user = newUser();
  const page = await openBrowser({ baseURL: mailing.url });
  await signUpVerified(page, mailing, user);
  const plain = await openBrowser({ baseURL: mailing.url, javaScriptEnabled: false });
  await plain.goto("/sign-in");
  await signIn(plain, user);
  await plain.goto("/settings/account");
  for (const checked of [true, false]) {
    await choice(plain).setChecked(checked);
    await save(plain);
    await expect(card(plain).getByRole("status")).toHaveText("Choice saved.");
    await plain.goto("/settings/account");
    await expect(choice(plain)).toBeChecked({ checked });
  }

  await page.goto(KEY_LIST);
  await report(page, await createKey(page, "Billing"));
  await page.goto(KEY_LIST);
  await expect(keyRow(page, "Billing")).toContainText(/Revoked.*Leaked/s);
});

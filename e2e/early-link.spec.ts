import type { Page } from "playwright/test";
import { linkIn } from "#e2e/support/mail-server.ts";
import { expect, newUser, signIn, signUp } from "#e2e/support/user.ts";
import { type MailingServer, test } from "#e2e/support/with-mail.ts";
import { openWithoutCode } from "#e2e/support/without-code.ts";

// In one worker, so that one server is enough.
test.describe.configure({ mode: "default" });

/** Signs a new user up in a browser of its own. */
async function newMember({ url }: MailingServer, openBrowser: (options: { baseURL: string }) => Promise<Page>) {
  const user = newUser();
  const page = await openBrowser({ baseURL: url });
  await signUp(page, user);
  return { user, page };
}

test("an address is verified by a press before the page's code has arrived", async ({ mailing, openBrowser }) => {
  const { url, mail } = mailing;
  const { user, page } = await newMember(mailing, openBrowser);
  const letCodeRun = await openWithoutCode(page, linkIn(await mail.mailTo(user.email)));
  await page.getByRole("button", { name: "Verify email address" }).click();
  await expect(page.getByRole("status").filter({ hasText: `${user.email} is verified` })).toBeVisible();
  await letCodeRun();
  await expect(page).toHaveURL(`${url}/verify-email`);
  await expect(page.getByRole("link", { name: "Continue" })).toBeVisible();
});

test("a password is reset before the page's code has arrived, and the link leaves no trace in the address", async ({
  mailing,
  openBrowser,
}) => {
  const { url, mail } = mailing;
  const { user, page } = await newMember(mailing, openBrowser);
  await page.context().clearCookies();
  await page.goto("/forgot-password");
  await page.getByLabel("Email").fill(user.email);
  await page.getByRole("button", { name: "Send reset link" }).click();
  const letCodeRun = await openWithoutCode(page, linkIn(await mail.mailTo(user.email, "Reset your password")));
  await page.getByLabel("New password").fill("a completely new password");
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("Your password was changed")).toBeVisible();
  await letCodeRun();
  expect(page.url()).not.toContain("#");
  await signIn(page, { email: user.email, password: "a completely new password" });
  await expect(page).toHaveURL(`${url}/settings/developer`);
});

import { createKey } from "#e2e/support/key-list.ts";
import { linkIn } from "#e2e/support/mail-server.ts";
import { connectTo } from "#e2e/support/seed.ts";
import { expect, newUser, signIn, signUp } from "#e2e/support/user.ts";
import { signUpVerified } from "#e2e/support/verified-user.ts";
import { test } from "#e2e/support/with-mail.ts";
import { codeRuns } from "#e2e/support/without-code.ts";
import { database } from "#lib/database/client.ts";

// In one worker, so that one server is enough.
test.describe.configure({ mode: "default" });

test("the focus follows a verified address to what comes next", async ({ mailing: { url, mail }, openBrowser }) => {
  const user = newUser();
  const page = await openBrowser({ baseURL: url });
  await signUp(page, user);
  await page.goto(linkIn(await mail.mailTo(user.email)));
  await codeRuns(page);
  await page.getByRole("button", { name: "Verify email address" }).press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "is verified" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Continue" })).toBeFocused();
  await expect(page).toHaveURL(`${url}/verify-email`);
});

test("the link of an expiring key opens its rotation once, also if the key is changed after it", async ({
  mailing: { url },
  openBrowser,
}) => {
  const page = await openBrowser({ baseURL: url });
  await signUp(page, newUser());
  await createKey(page, "Nightly");
  await page.getByRole("link", { name: "Nightly" }).click();
  await expect(page).toHaveURL(/\/[0-9a-f-]{36}$/);
  const { href } = new URL(page.url());
  await page.goto(`${href}?open=rotate`);
  await page
    .getByRole("dialog", { name: /Rotate/ })
    .getByRole("button", { name: "Cancel" })
    .click();
  await page.getByRole("button", { name: "More actions for Nightly" }).click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("Daily");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Daily" })).toBeVisible();
  await expect(page).toHaveURL(href);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Daily" })).toBeVisible();
  await page.waitForLoadState("networkidle");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("switches that were set when the session ended are set again after signing in", async ({
  mailing,
  openBrowser,
}) => {
  const user = newUser();
  const page = await openBrowser({ baseURL: mailing.url });
  await signUpVerified(page, mailing, user);
  await page.goto("/settings/account");
  await codeRuns(page);
  const card = page.getByRole("region", { name: "Notifications" });
  const quota = card.getByRole("checkbox", { name: "Billable requests" });
  await expect(quota).toBeChecked();
  await expect(quota).toHaveAccessibleDescription(/100% of this month's billable requests/);
  await quota.uncheck();
  await page.context().clearCookies();
  await card.getByRole("button", { name: "Save notifications" }).click();
  await page.waitForURL(/\/sign-in/);
  await signIn(page, user);
  await page.waitForURL("/settings/account");
  await expect(quota).not.toBeChecked();
  await expect(card.getByRole("checkbox", { name: "Credits" })).toBeChecked();
  await card.getByRole("button", { name: "Save notifications" }).click();
  await expect(card.getByRole("status")).toHaveText("Notifications saved.");
  await page.reload();
  await expect(quota).not.toBeChecked();
});

test("a user who signs in through a provider only is shown how to set a password, and what that ends", async ({
  mailing: { url, directory },
  openBrowser,
}) => {
  const user = newUser();
  const page = await openBrowser({ baseURL: url });
  await signUp(page, user);
  const disconnect = await connectTo(directory);
  await database().user.update({
    where: { email: user.email },
    data: { passwordHash: null, identities: { create: { provider: "oidc", subject: user.email } } },
    select: { id: true },
  });
  await disconnect();
  await page.goto("/settings/account");
  const methods = page.getByRole("region", { name: "Sign-in methods" });
  await expect(methods).toContainText("Setting a password unlinks the providers and signs you out.");
  await methods.getByRole("link", { name: "request a link" }).click();
  await expect(page.getByRole("heading", { name: "Reset your password" })).toBeVisible();
});

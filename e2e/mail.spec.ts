import { expectAccessibleInBothThemes, expectNoSidewaysScroll } from "#e2e/support/accessibility.ts";
import { KEY_LIST } from "#e2e/support/key-list.ts";
import { linkIn } from "#e2e/support/mail-server.ts";
import { test as base, expect, newUser, signIn, signUp } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-mail.ts";

// In one worker, so that one server is enough.
test.describe.configure({ mode: "default" });
test.use({ mailingSettings: { REQUIRE_VERIFIED_EMAIL: "true" } });

const banner = "Verify your email address";

test("a user signs up, verifies the address, forgets the password and resets it", async ({
  mailing: { url, mail },
  openBrowser,
}) => {
  const user = newUser();
  const page = await openBrowser({ baseURL: url });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await signUp(page, user);
  await expect(page.getByRole("region", { name: banner })).toContainText(user.email);

  // No key can be created until then.
  await page.getByRole("button", { name: "Create New API Key" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Create New API Key" });
  await dialog.getByLabel("Name").fill("Production App");
  await dialog.getByRole("button", { name: "Create key" }).click();
  await expect(dialog.getByText("Verify your email address first.")).toBeVisible();

  const link = linkIn(await mail.mailTo(user.email, "Verify your email address"));
  expect(link.startsWith(`${url}/verify-email#`)).toBe(true);
  await page.goto(link);
  await expect(page).toHaveURL(`${url}/verify-email`);
  await page.getByRole("button", { name: "Verify email address" }).click();
  await expect(page.getByRole("status").filter({ hasText: `${user.email} is verified` })).toBeVisible();
  await page.getByRole("link", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { name: "Developer Settings" })).toBeVisible();
  await expect(page.getByRole("region", { name: banner })).toHaveCount(0);

  const other = await openBrowser({ baseURL: url });
  await other.goto("/sign-in");
  await other.getByRole("link", { name: "Forgot password?" }).click();
  // The sign-in page also has a field with that name.
  await expect(other.getByRole("heading", { name: "Reset your password" })).toBeVisible();
  await other.getByLabel("Email").fill(user.email.toUpperCase());
  await other.getByRole("button", { name: "Send reset link" }).click();
  await expect(other.getByRole("status").filter({ hasText: "a link is on its way" })).toBeVisible();
  const reset = linkIn(await mail.mailTo(user.email, "Reset your password"));
  await other.goto(reset);
  await other.getByLabel("New password").fill("a completely new password");
  await other.getByRole("button", { name: "Set password" }).click();
  await expect(other.getByText("Your password was changed")).toBeVisible();
  await signIn(other, { email: user.email, password: "a completely new password" });
  await expect(other).toHaveURL(`${url}/settings/developer`);
  await mail.mailTo(user.email, "Your password was changed");

  // Every session has ended, and no token was in a URL that the server saw.
  await page.goto("/settings/developer");
  await expect(page).toHaveURL(/\/sign-in/);
  for (const token of [link, reset].map((each) => String(each.split("#")[1])))
    expect(asked.filter((address) => address.replace(/#.*/, "").includes(token))).toEqual([]);
});

test("a link is sent again on request, at most three times a day, and only the newest works", async ({
  mailing,
  openBrowser,
}) => {
  const { url, mail } = mailing;
  const user = newUser();
  const page = await openBrowser({ baseURL: url });
  await signUp(page, user);
  const region = page.getByRole("region", { name: banner });
  const received = () => mail.mails.filter(({ recipient }) => recipient === user.email);
  await expect.poll(() => received().length).toBe(1);
  for (const sent of [2, 3]) {
    await region.getByRole("button", { name: "Resend" }).click();
    await expect.poll(() => received().length).toBe(sent);
  }
  await expect(region).toContainText("You can request another link in");
  const resend = region.getByRole("button", { name: "Resend" });
  await expect(resend).toBeDisabled();
  await expect(resend).toBeFocused();
  await page.goto(linkIn(received()[0] ?? {}));
  await page.getByRole("button", { name: "Verify email address" }).click();
  await expect(page.getByText("was replaced by a newer one")).toBeVisible();
  await page.goto("/sign-in");
  await page.goto(linkIn(received()[2] ?? {}));
  await page.getByRole("button", { name: "Verify email address" }).click();
  await expect(page.getByText("is verified")).toBeVisible();
});

test("a changed address takes effect when its link is opened, and the old address is notified", async ({
  mailing,
  openBrowser,
}) => {
  const { url, mail } = mailing;
  const [user, { email }] = [newUser(), newUser()];
  const page = await openBrowser({ baseURL: url });
  await signUp(page, user);
  await page.goto(linkIn(await mail.mailTo(user.email)));
  await page.getByRole("button", { name: "Verify email address" }).click();
  await page.getByRole("link", { name: "Continue" }).click();
  await page.goto("/settings/account");
  const form = page.getByRole("region", { name: "Email", exact: true });
  await form.getByText("Change email…").click();
  await form.getByLabel("New email").fill(email);
  await form.getByLabel("Password").fill(user.password);
  await form.getByRole("button", { name: "Change email" }).click();
  await expect(page.getByText("Your email changes when you open the link")).toBeVisible();
  await page.goto(linkIn(await mail.mailTo(email)));
  await page.getByRole("button", { name: "Verify email address" }).click();
  await expect(page.getByText(`${email} is verified`)).toBeVisible();
  expect((await mail.mailTo(user.email, "Your email address was changed")).text).toContain(email);
  const other = await openBrowser({ baseURL: url });
  await other.goto("/sign-in");
  await signIn(other, { email, password: user.password });
  await expect(other).toHaveURL(`${url}/settings/developer`);
});

test("an address without an account gets the same response and no email", async ({ mailing, openBrowser }) => {
  const { url, mail } = mailing;
  const { email } = newUser();
  const page = await openBrowser({ baseURL: url });
  await page.goto("/forgot-password");
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send reset link" }).click();
  await expect(page.getByText(`If ${email} has an account, a link is on its way`)).toBeVisible();
  expect(mail.mails.filter(({ recipient }) => recipient === email)).toEqual([]);
});

test("an address can be verified and a password reset without JavaScript", async ({ mailing, openBrowser }) => {
  const { url, mail } = mailing;
  const user = newUser();
  await signUp(await openBrowser({ baseURL: url }), user);
  const page = await openBrowser({ baseURL: url, javaScriptEnabled: false });
  await page.goto("/verify-email");
  await page.getByLabel("Link or code").fill(linkIn(await mail.mailTo(user.email)));
  await page.getByRole("button", { name: "Verify email address" }).click();
  await expect(page.getByText("is verified")).toBeVisible();
  await page.goto("/forgot-password");
  await page.getByLabel("Email").fill(user.email);
  await page.getByRole("button", { name: "Send reset link" }).click();
  await expect(page.getByText("a link is on its way")).toBeVisible();
  await mail.mailTo(user.email, "Reset your password");
});

test("the pages and the banner are accessible and fit a small phone", async ({ mailing: { url }, openBrowser }) => {
  const page = await openBrowser({ baseURL: url, viewport: { width: 320, height: 700 } });
  for (const path of ["/forgot-password", "/verify-email"]) {
    await page.goto(path);
    await expectAccessibleInBothThemes(page);
    await expectNoSidewaysScroll(page);
  }
  await signUp(page, newUser());
  await expect(page.getByRole("region", { name: banner })).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await expectNoSidewaysScroll(page);
});

base("without a mail server nothing asks for a verification", async ({ page, user }) => {
  await page.goto(KEY_LIST);
  await expect(page.getByRole("heading", { name: "Developer Settings" })).toBeVisible();
  await expect(page.getByText(user.email)).toHaveCount(0);
  await expect(page.getByRole("region", { name: banner })).toHaveCount(0);
  await page.goto("/forgot-password");
  await expect(page.getByText("This server doesn't send email.")).toBeVisible();
});

import { expect, newUser, signIn, signOut } from "#e2e/support/user.ts";
import { findUserId } from "#e2e/support/user-id.ts";
import { test } from "#e2e/support/with-database.ts";
import { database } from "#lib/database/client.ts";

test("a name is changed, and a new password signs out every other browser", async ({ page, user, signInElsewhere }) => {
  const other = await signInElsewhere(user);

  await page.goto("/settings/account");
  await page.getByLabel("Name").fill("");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByText("Enter your name.")).toBeVisible();
  await page.getByLabel("Name").fill("Ada King");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByText("Name saved.")).toBeVisible();
  await expect(page.getByRole("button", { name: /Ada King/ })).toBeVisible();

  await page.getByText("Change password…").click();
  await expect(page.getByLabel("Current password")).toBeFocused();
  const change = async (current: string, next: string) => {
    await page.getByLabel("Current password").fill(current);
    await page.getByLabel("New password").fill(next);
    await page.getByRole("button", { name: "Change password" }).click();
  };
  await change("not my password", "a wholly new password");
  await expect(page.getByText("This is not your password.")).toBeVisible();
  await change(user.password, "Password123");
  await expect(page.getByLabel("New password")).toHaveAttribute("aria-invalid", "true");
  await change(user.password, "a wholly new password");
  await expect(page.getByText("Password changed. 1 other session was signed out.")).toBeVisible();

  await other.goto("/settings/developer");
  await expect(other).toHaveURL(/\/sign-in/);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Account" })).toBeVisible();
  await signIn(other, { email: user.email, password: user.password });
  await expect(other.getByText(/is wrong/)).toBeVisible();
  await signIn(other, { email: user.email, password: "a wholly new password" });
  await other.waitForURL("/settings/developer");
});

test("changing the address needs the password and an address without an account", async ({
  page,
  user,
  asAnotherUser,
}) => {
  const bob = newUser("Bob");
  await asAnotherUser(bob);
  await page.goto("/settings/account");
  const form = page.getByRole("region", { name: "Email" });
  await form.getByText("Change email…").click();
  const change = async (email: string, password: string) => {
    await form.getByLabel("New email").fill(email);
    await form.getByLabel("Password").fill(password);
    await form.getByRole("button", { name: "Change email" }).click();
  };
  const email = `new-${user.email}`;
  await change(email, "not my password");
  await expect(form.getByText("This is not your password.")).toBeVisible();
  await change(bob.email, user.password);
  await expect(form.getByText("Another account has this address.")).toBeVisible();
  await change(` ${email.toUpperCase()} `, user.password);
  await expect(form.getByText(`Email changed to ${email}.`)).toBeVisible();
  await signOut(page);
  await signIn(page, { email, password: user.password });
  await page.waitForURL("/settings/developer");
  await page.goto("/settings/activity");
  await expect(page.getByRole("row").filter({ hasText: "Email changed" })).toContainText(`${user.email} → ${email}`);
});

test("browsers are listed, and signed out one by one or all others at once", async ({
  page,
  user,
  signInElsewhere,
}) => {
  const userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
  const others = await Promise.all([1, 2, 3].map(() => signInElsewhere(user, { userAgent })));
  await page.goto("/settings/account");
  const list = page.getByRole("list", { name: "Active sessions" }).getByRole("listitem");
  await expect(list).toHaveCount(4);
  await expect(list.filter({ hasText: "This browser" }).getByRole("button")).toHaveCount(0);
  await expect(list.filter({ hasText: "Firefox on Linux" })).toHaveCount(3);
  const another = list.filter({ hasText: "Firefox on Linux" }).first().getByRole("button", { name: "Sign out" });
  await expect(another).toHaveAccessibleDescription(/^Firefox on Linux/);
  await another.click();
  await expect(list).toHaveCount(3);
  await expect(page.getByRole("status").filter({ hasText: "1 session was signed out." })).toBeVisible();
  await expect(page.getByRole("list", { name: "Active sessions" })).toBeFocused();
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(list).toHaveCount(1);
  await expect(page.getByText("2 sessions were signed out.")).toBeVisible();
  for (const other of others) {
    await other.goto("/settings/developer");
    await expect(other).toHaveURL(/\/sign-in/);
  }
});

test("a user can't sign out another user's browser", async ({ page, user, asAnotherUser }) => {
  const { email } = newUser("Bob");
  const bob = await asAnotherUser({ name: "Bob", email, password: user.password });
  const spare = { userId: await findUserId(email), address: "", userAgent: "spare" };
  await database().session.create({ data: spare, select: { id: true } });
  const adas = await database().session.findFirstOrThrow({
    where: { userId: await findUserId(user.email) },
    select: { id: true },
  });
  await bob.goto("/settings/account");
  await bob.getByRole("button", { name: "Sign out", exact: true }).evaluate((button: HTMLButtonElement, id) => {
    button.value = id;
  }, adas.id);
  const answered = bob.waitForResponse((response) => response.request().method() === "POST");
  await bob.getByRole("button", { name: "Sign out", exact: true }).click();
  await answered;
  await page.goto("/settings/account");
  await expect(page.getByRole("heading", { level: 1, name: "Account" })).toBeVisible();
});

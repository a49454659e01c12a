import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes } from "#e2e/support/accessibility.ts";
import { catchAction, sendAction } from "#e2e/support/catch-action.ts";
import { apiStatus, createButton } from "#e2e/support/key-list.ts";
import { seedKey } from "#e2e/support/seed.ts";
import { expect, newUser, signIn, signUp } from "#e2e/support/user.ts";
import { findUserId } from "#e2e/support/user-id.ts";
import { test } from "#e2e/support/with-database.ts";
import { database } from "#lib/database/client.ts";

const ACCOUNT = "/settings/account";

/** Opens the dialog, fills in the password and confirms. */
async function deleteAccount(page: Page, password: string): Promise<void> {
  const dialog = page.getByRole("alertdialog");
  await page.getByRole("button", { name: "Delete account…" }).click();
  await dialog.getByLabel("Password", { exact: true }).fill(password);
  await dialog.getByRole("button", { name: "Delete account" }).click();
}

test("deleting an account names what goes and what stays, needs the password, and ends keys, sessions and sign-in", async ({
  page,
  user,
  signInElsewhere,
}) => {
  const { secret } = await seedKey(user.email);
  expect(await apiStatus(page, secret)).toBe(200);
  const other = await signInElsewhere(user);

  await page.goto(ACCOUNT);
  await deleteAccount(page, "not my password");
  const dialog = page.getByRole("alertdialog", { name: "Delete your account?" });
  await expect(dialog.getByText("This is not your password.")).toBeVisible();
  for (const words of ["your API keys: revoked", "activity, for 400 days", "as long as accounting rules require"])
    await expect(dialog.getByText(words)).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: "Delete account…" })).toBeFocused();

  await deleteAccount(page, user.password);
  await expect(page).toHaveURL("/sign-in?notice=account_deleted");
  await expect(page.getByRole("status").filter({ hasText: "Your account was deleted" })).toBeVisible();
  expect(await apiStatus(page, secret)).toBe(401);
  expect((await page.context().cookies()).some(({ name }) => name === "goodtake-session")).toBe(false);
  await other.goto(ACCOUNT);
  await expect(other).toHaveURL(/\/sign-in/);
  await signIn(page, user);
  await expect(page.getByText("is wrong")).toBeVisible();
  await signUp(other, user);
  await expect(createButton(other)).toBeVisible();
});

test("a replayed request to delete Ada's account needs Bob's password, deletes only his account, and sends a visitor to sign in", async ({
  page: ada,
  user,
  asAnotherUser,
  openBrowser,
}) => {
  const samePassword = { ...newUser("Carol"), password: user.password };
  const [bob, carol, visitor] = [await asAnotherUser(), await asAnotherUser(samePassword), await openBrowser()];
  const carolsId = await findUserId(samePassword.email);

  await ada.goto(ACCOUNT);
  const caught = await catchAction(ada, ACCOUNT, () => deleteAccount(ada, user.password));
  const send = async (page: Page) => {
    const answer = await sendAction(page, caught);
    return answer.headers()["x-action-redirect"] ?? answer.text();
  };
  expect(await send(bob)).toContain('"error":"wrong_password"');
  expect(await send(visitor)).toContain("/sign-in?next=");
  expect(await send(carol)).toContain("account_deleted");
  expect((await database().user.findUniqueOrThrow({ where: { id: carolsId } })).deletedAt).toBeInstanceOf(Date);
  await ada.goto(ACCOUNT);
  await expect(ada.getByRole("heading", { level: 1, name: "Account" })).toBeVisible();
  expect(await send(ada)).toContain("account_deleted");
  await ada.goto(ACCOUNT);
  await expect(ada).toHaveURL(/\/sign-in/);
});

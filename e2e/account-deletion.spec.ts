import type { Page } from "playwright/test";
import { catchAction } from "#e2e/support/catch-action.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { expect, newAddress, newUser, signIn, signUp } from "#e2e/support/user.ts";
import { violations } from "#e2e/support/violations.ts";
import { test } from "#e2e/support/with-database.ts";
import { database } from "#lib/database/client.ts";

const ACCOUNT = "/settings/account";

async function idOf(email: string): Promise<string> {
  return (await database().user.findUniqueOrThrow({ where: { email }, select: { id: true } })).id;
}
const statusOf = async (page: Page, secret: string) =>
  (await page.request.get("/api/v1/key", { headers: { "x-api-key": secret } })).status();

/** Opens the dialog and answers it. */
async function deleteAccount(page: Page, password: string): Promise<void> {
  const dialog = page.getByRole("alertdialog");
  if (!(await dialog.isVisible())) await page.getByRole("button", { name: "Delete account" }).click();
  await dialog.getByLabel("Password", { exact: true }).fill(password);
  await dialog.getByRole("button", { name: "Delete account" }).click();
}

test("deleting an account says what goes and what stays, asks for the password, and ends keys, sessions and sign-in", async ({
  page,
  user,
  browser,
  baseURL,
}) => {
  const { secret } = await createKey(await idOf(user.email));
  expect(await statusOf(page, secret)).toBe(200);
  const context = await browser.newContext({ baseURL, extraHTTPHeaders: { "x-forwarded-for": newAddress() } });
  const other = await context.newPage();
  await other.goto("/sign-in");
  await signIn(other, user);
  await other.waitForURL("/settings/developer");

  await page.goto(ACCOUNT);
  await deleteAccount(page, "not my password");
  const dialog = page.getByRole("alertdialog", { name: "Delete your account?" });
  await expect(dialog.getByText("This is not your password.")).toBeVisible();
  for (const words of ["your API keys: revoked", "activity, for 400 days", "as long as the books have to be kept"])
    await expect(dialog.getByText(words)).toBeVisible();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect(await violations(page)).toEqual([]);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: "Delete account" })).toBeFocused();

  await deleteAccount(page, user.password);
  await expect(page).toHaveURL("/sign-in?notice=account_deleted");
  await expect(page.getByRole("status").filter({ hasText: "Your account was deleted" })).toBeVisible();
  expect(await statusOf(page, secret)).toBe(401);
  expect((await page.context().cookies()).some(({ name }) => name === "goodtake-session")).toBe(false);
  await other.goto(ACCOUNT);
  await expect(other).toHaveURL(/\/sign-in/);
  await signIn(page, user);
  await expect(page.getByText("is wrong")).toBeVisible();
  await signUp(other, user);
  await expect(other.getByRole("button", { name: "Create New API Key" })).toBeVisible();
  await context.close();
});

test("delete account: Bob who sends Ada's request needs his own password and deletes only himself, and nobody is sent to sign in", async ({
  page: ada,
  user,
  browser,
  baseURL,
}) => {
  const stranger = () => browser.newContext({ baseURL, extraHTTPHeaders: { "x-forwarded-for": newAddress() } });
  const [bobs, carols, nobodys] = await Promise.all([stranger(), stranger(), stranger()]);
  const [bob, carol] = [await bobs.newPage(), await carols.newPage()];
  const same = { ...newUser("Carol"), password: user.password };
  await signUp(bob, newUser("Bob"));
  await signUp(carol, same);
  const carolsId = await idOf(same.email);

  await ada.goto(ACCOUNT);
  const caught = await catchAction(ada, ACCOUNT, () => deleteAccount(ada, user.password));
  const { "next-action": action = "", "content-type": type = "" } = caught.headers();
  const send = async (page: Pick<Page, "request">) => {
    const headers = { "next-action": action, "content-type": type, origin: String(baseURL) };
    const answer = await page.request.post(ACCOUNT, { headers, data: caught.postDataBuffer() ?? "", maxRedirects: 0 });
    return answer.headers()["x-action-redirect"] ?? answer.text();
  };
  expect(await send(bob)).toContain('"error":"wrong_password"');
  expect(await send(nobodys)).toContain("/sign-in?next=");
  expect(await send(carol)).toContain("account_deleted");
  expect((await database().user.findUniqueOrThrow({ where: { id: carolsId } })).deletedAt).toBeInstanceOf(Date);
  await ada.goto(ACCOUNT);
  await expect(ada.getByRole("heading", { level: 1, name: "Account" })).toBeVisible();
  expect(await send(ada)).toContain("account_deleted");
  await ada.goto(ACCOUNT);
  await expect(ada).toHaveURL(/\/sign-in/);
  await Promise.all([bobs.close(), carols.close(), nobodys.close()]);
});

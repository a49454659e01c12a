import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes } from "#e2e/support/accessibility.ts";
import { catchAction, sendAction } from "#e2e/support/catch-action.ts";
import { enlargeText } from "#e2e/support/enlarge-text.ts";
import { layoutProblems } from "#e2e/support/layout-problems.ts";
import { expect, newUser, signOut, type User } from "#e2e/support/user.ts";
import { continueWithProvider, newcomer, signInAtProvider, test } from "#e2e/support/with-provider.ts";

const ACCOUNT = "/settings/account";
const LINK = "Link Hopper SSO";
const UNLINK = "Unlink Hopper SSO";
const ATTEMPT = /^goodtake-oauth-/;

const methods = (page: Page) => page.getByRole("region", { name: "Sign-in methods" });

/** Presses the button, and enters the password that it asks for. */
async function press(page: Page, name: string, password: string): Promise<void> {
  await methods(page).getByRole("button", { name, exact: true }).click();
  await methods(page).getByLabel("Password", { exact: true }).fill(password);
  await methods(page).getByRole("button", { name, exact: true }).click();
}

/** Begins to link, up to the provider's own pages. */
async function beginLinking(page: Page, { password }: User): Promise<void> {
  await page.goto(ACCOUNT);
  await press(page, LINK, password);
  await page.getByPlaceholder("Enter any login").waitFor();
}

test("a provider is linked with the password, signs in to the same account, and is unlinked", async ({
  page,
  user,
}) => {
  const login = newcomer();
  await page.goto(ACCOUNT);
  await press(page, LINK, "not my password");
  await expect(methods(page).getByText("This is not your password.")).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await methods(page).getByLabel("Password", { exact: true }).fill(user.password);
  await methods(page).getByRole("button", { name: LINK, exact: true }).click();
  await signInAtProvider(page, login);
  await expect(page).toHaveURL(`${ACCOUNT}?linked=oidc`);
  await expect(methods(page).getByRole("status").filter({ hasText: "Hopper SSO is linked" })).toBeVisible();
  await expect(page.getByRole("list", { name: "Active sessions" }).getByRole("listitem")).toHaveCount(1);

  await signOut(page);
  await page.getByRole("button", { name: "Continue with Hopper SSO" }).click();
  await page.waitForURL("/settings/developer");
  await page.goto(ACCOUNT);
  await expect(page.getByText(user.email).first()).toBeVisible();
  await press(page, UNLINK, user.password);
  await expect(methods(page).getByRole("button", { name: LINK, exact: true })).toBeFocused();
  await page.goto("/settings/activity");
  for (const what of ["Sign-in method linked", "Sign-in method unlinked"])
    await expect(page.getByRole("row").filter({ hasText: what })).toContainText("OpenID Connect");
});

test("the question for the password fits a phone with large text", async ({ page, user: _ }) => {
  await page.setViewportSize({ width: 375, height: 812 });
  await page.goto(ACCOUNT);
  await enlargeText(page, "200%");
  await methods(page).getByRole("button", { name: LINK, exact: true }).click();
  await expect(methods(page).getByRole("button", { name: "Cancel" })).toBeVisible();
  expect(await layoutProblems(page)).toEqual([]);
});

test("the last sign-in method can't be unlinked, and the page says why", async ({ page }) => {
  await page.goto("/sign-in");
  await continueWithProvider(page, newcomer());
  await page.waitForURL("/settings/developer");
  await page.goto(ACCOUNT);
  await expect(methods(page)).toContainText("The operator of this server can send you a link to set one.");
  await methods(page).getByRole("button", { name: UNLINK, exact: true }).click();
  await expect(methods(page).getByRole("alert").filter({ hasText: "This is the last sign-in method" })).toBeVisible();
  await page.reload();
  await expect(methods(page).getByText("Linked", { exact: true })).toBeVisible();
});

test("another account's identity is rejected, also after a cancelled attempt", async ({ page, user, openBrowser }) => {
  const login = newcomer();
  const grace = await openBrowser();
  await grace.goto("/sign-in");
  await continueWithProvider(grace, login);
  await grace.waitForURL("/settings/developer");

  await beginLinking(page, user);
  await page.getByRole("link", { name: "[ Cancel ]" }).click();
  await expect(page).toHaveURL(/\/settings\/account\?error=/);
  await expect(methods(page).getByRole("alert").filter({ hasText: "nothing was changed" })).toBeVisible();

  await beginLinking(page, user);
  await signInAtProvider(page, login);
  await expect(page).toHaveURL(`${ACCOUNT}?error=identity_taken`);
  await expect(methods(page).getByRole("alert").filter({ hasText: "belongs to another account" })).toBeVisible();
  await expect(page.getByText(user.email).first()).toBeVisible();
  await expect(methods(page).getByRole("button", { name: LINK, exact: true })).toBeVisible();
  await signOut(grace);
  await grace.getByRole("button", { name: "Continue with Hopper SSO" }).click();
  await grace.waitForURL("/settings/developer");
  await grace.goto(ACCOUNT);
  await expect(grace.getByText(login).first()).toBeVisible();
});

test.describe("a callback that doesn't belong to this session links nothing and opens no session", () => {
  test("without its state cookie", async ({ page, user }) => {
    await beginLinking(page, user);
    await page.context().clearCookies({ name: ATTEMPT });
    await signInAtProvider(page, newcomer());
    await expect(page).toHaveURL(`${ACCOUNT}?error=oauth_state_lost`);
    await expect(methods(page).getByRole("button", { name: LINK, exact: true })).toBeVisible();
    await expect(page.getByText(user.email).first()).toBeVisible();
  });

  test("with the state cookie of another attempt", async ({ page, user }) => {
    await beginLinking(page, user);
    const attempts = async () => (await page.context().cookies()).filter(({ name }) => ATTEMPT.test(name));
    const [first] = await attempts();
    await beginLinking(page, user);
    const second = (await attempts()).filter(({ name }) => name !== first?.name);
    await page.context().addCookies(second.map((cookie) => ({ ...cookie, value: String(first?.value) })));
    await signInAtProvider(page, newcomer());
    await expect(page).toHaveURL(`${ACCOUNT}?error=oauth_state_lost`);
    await expect(methods(page).getByRole("button", { name: LINK, exact: true })).toBeVisible();
  });

  test("in a session of another user", async ({ page, user, asAnotherUser }) => {
    const bob = await asAnotherUser();
    const sessionOf = async (owner: Page) =>
      (await owner.context().cookies()).filter(({ name }) => name === "goodtake-session");
    const adas = await sessionOf(page);
    await beginLinking(page, user);
    await page.context().addCookies(await sessionOf(bob));
    await signInAtProvider(page, newcomer());
    await expect(page).toHaveURL(`${ACCOUNT}?error=session_over`);
    await expect(methods(page).getByRole("button", { name: LINK, exact: true })).toBeVisible();
    await page.context().addCookies(adas);
    await page.goto(ACCOUNT);
    await expect(page.getByText(user.email).first()).toBeVisible();
    await expect(methods(page).getByRole("button", { name: LINK, exact: true })).toBeVisible();
  });

  test("after the session was ended elsewhere", async ({ page, user, signInElsewhere }) => {
    const other = await signInElsewhere(user);
    await beginLinking(page, user);
    await other.goto(ACCOUNT);
    await other.getByRole("button", { name: "Sign out everywhere else" }).click();
    await expect(other.getByRole("list", { name: "Active sessions" }).getByRole("listitem")).toHaveCount(1);
    await signInAtProvider(page, newcomer());
    await expect(page).toHaveURL("/sign-in?error=session_over");
    await expect(page.getByRole("alert").filter({ hasText: "Nothing was linked" })).toBeVisible();
    await other.reload();
    await expect(methods(other).getByRole("button", { name: LINK, exact: true })).toBeVisible();
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the server asks for the password, then links and unlinks a provider", async ({ page, user }) => {
    await page.goto(ACCOUNT);
    await methods(page).getByRole("button", { name: LINK, exact: true }).click();
    await expect(methods(page).getByText("Enter your password.")).toBeVisible();
    await methods(page).getByLabel("Password", { exact: true }).fill(user.password);
    await methods(page).getByRole("button", { name: LINK, exact: true }).click();
    await signInAtProvider(page, newcomer());
    await expect(page).toHaveURL(`${ACCOUNT}?linked=oidc`);
    await press(page, UNLINK, user.password);
    await expect(methods(page).getByRole("button", { name: LINK, exact: true })).toBeVisible();
  });
});

test("a replayed request to unlink tells Bob that he has nothing linked, and sends a visitor to sign in", async ({
  page: ada,
  user,
  asAnotherUser,
  openBrowser,
}) => {
  await beginLinking(ada, user);
  await signInAtProvider(ada, newcomer());
  await ada.waitForURL(`${ACCOUNT}?linked=oidc`);
  const bob = await asAnotherUser({ ...newUser("Bob"), password: user.password });
  const visitor = await openBrowser();
  await methods(ada).getByRole("button", { name: UNLINK, exact: true }).click();
  await methods(ada).getByLabel("Password", { exact: true }).fill(user.password);
  const caught = await catchAction(ada, `${ACCOUNT}**`, () =>
    methods(ada).getByRole("button", { name: UNLINK, exact: true }).click(),
  );
  const send = async (page: Page) => {
    const answer = await sendAction(page, caught);
    return answer.headers()["x-action-redirect"] ?? answer.text();
  };
  expect(await send(bob)).toContain('"error":"not_linked"');
  expect(await send(visitor)).toContain("/sign-in?next=");
  await ada.goto(ACCOUNT);
  await expect(methods(ada).getByText("Linked", { exact: true })).toBeVisible();
  expect(await send(ada)).toContain('"done":{');
  await ada.goto(ACCOUNT);
  await expect(methods(ada).getByRole("button", { name: LINK, exact: true })).toBeVisible();
});

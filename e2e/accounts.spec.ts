import { expectAccessible } from "#e2e/support/accessibility.ts";
import { KEY_LIST } from "#e2e/support/key-list.ts";
import { expect, newUser, signIn, signOut, signUp, test } from "#e2e/support/user.ts";

const WRONG = "The email address or the password is wrong.";
const heading = { name: "Developer Settings" };

test("a new user signs up, sees Developer Settings, signs out and signs in again", async ({ page }) => {
  const user = newUser();
  await signUp(page, user);
  await expect(page.getByRole("heading", heading)).toBeVisible();
  await signOut(page);
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in/);
  await signIn(page, user);
  await expect(page.getByRole("heading", heading)).toBeVisible();
});

test("a wrong password and an unknown address get the same answer, which clears only the password", async ({
  page,
  user,
}) => {
  await page.context().clearCookies();
  for (const email of [user.email, newUser().email]) {
    await page.goto("/sign-in");
    await signIn(page, { email, password: "not the password" });
    await expect(page.getByRole("alert").filter({ hasText: WRONG })).toBeVisible();
    await expect(page.getByLabel("Email")).toHaveValue(email);
    await expect(page.getByLabel("Password")).toHaveValue("");
    await expect(page.getByLabel("Password")).toBeFocused();
    await expect(page.getByLabel("Password")).toHaveAccessibleDescription(WRONG);
  }
});

test("guessing is answered 429 with the seconds to wait", async ({ page, user }) => {
  await page.context().clearCookies();
  await page.goto("/sign-in");
  for (let i = 0; i < 7; i++) {
    const answer = page.waitForResponse((response) => response.request().method() === "POST");
    await signIn(page, { email: user.email, password: `guess ${i}` });
    if ((await answer).status() === 429) break;
    await expect(page.getByLabel("Password")).toHaveValue("");
    await expect(page.getByLabel("Password")).toBeFocused();
  }
  await expect(page.getByRole("alert").filter({ hasText: /Try again in \d+ seconds?\./ })).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("sign-up, a failed sign-in and a sign-in with a destination work", async ({ page }) => {
    const user = newUser();
    await signUp(page, user);
    await expect(page.getByRole("heading", heading)).toBeVisible();
    await page.context().clearCookies();
    await page.goto("/settings/developer?q=prod");
    await signIn(page, { ...user, password: "not the password" });
    await expect(page.getByText(WRONG)).toBeVisible();
    await expect(page.getByLabel("Email")).toHaveValue(user.email);
    await signIn(page, user);
    await expect(page).toHaveURL("/settings/developer?q=prod");
  });
});

test("signing in leads to the page that was asked for", async ({ page, user }) => {
  await page.context().clearCookies();
  await page.goto("/settings/developer?status=active");
  await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent("/settings/developer?status=active")}`);
  await signIn(page, user);
  await expect(page).toHaveURL("/settings/developer?status=active");
});

for (const next of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
  test(`signing in never leads to ${next}`, async ({ page, user }) => {
    await page.context().clearCookies();
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await signIn(page, user);
    await expect(page).toHaveURL("/settings/developer");
  });

test("the session cookie is HttpOnly and SameSite=Lax, and a copy of it is rejected after signing out", async ({
  page,
  user,
  playwright,
  baseURL,
}) => {
  const [cookie] = (await page.context().cookies()).filter(({ name }) => name.includes("session"));
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/", secure: false });
  const copy = await playwright.request.newContext({
    baseURL: baseURL as string,
    extraHTTPHeaders: { cookie: `${cookie?.name}=${cookie?.value}` },
  });
  expect(await (await copy.get("/settings/developer")).text()).toContain(user.email);
  await page.goto(KEY_LIST);
  await signOut(page);
  expect((await copy.get("/settings/developer", { maxRedirects: 0 })).status()).toBe(307);
});

test("signing up with a known address says that it has an account", async ({ page, user }) => {
  await page.context().clearCookies();
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Somebody else");
  await page.getByLabel("Email").fill(user.email.toUpperCase());
  await page.getByLabel("Password").fill("another fine password");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(
    page.getByRole("alert").filter({ hasText: "There is an account with this address already" }),
  ).toBeVisible();
  await expect(page.getByLabel("Name")).toHaveValue("Somebody else");
});

for (const [password, words] of [
  ["short", "Use at least 10 characters."],
  ["Password123", "This password is too common."],
] as const)
  test(`the password ${password} is rejected beside its field`, async ({ page }) => {
    await page.goto("/sign-up");
    await page.getByLabel("Name").fill("Ada");
    await page.getByLabel("Email").fill(newUser().email);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByLabel("Password")).toHaveAccessibleDescription(new RegExp(words));
    await expect(page.getByLabel("Password")).toBeFocused();
  });

test("next-auth's own endpoints answer 404", async ({ request }) => {
  for (const path of ["session", "csrf", "providers", "signin", "signout", "callback/session", "callback/github", "x"])
    expect((await request.get(`/api/auth/${path}`)).status(), path).toBe(404);
});

test("Forgot password? says whom to ask", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByText("Forgot password?").click();
  await expect(page.getByText("Ask the operator of this server")).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const)
  for (const path of ["/sign-in", "/sign-up", "/password-link"])
    test(`${path} has no accessibility violation in the ${colorScheme} theme`, async ({ page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.goto(path);
      await page.getByRole("button", { name: /Sign in|Create account|Set password/ }).click();
      await page.mouse.move(0, 0);
      await expect(page.getByRole("alert").filter({ hasText: /\w/ }).first()).toBeVisible();
      await expectAccessible(page);
    });

import type { Page } from "playwright/test";
import { expect, newUser, signOut, signUp } from "#e2e/support/user.ts";
import {
  continueWithProvider,
  newcomer,
  signInAgainAtProvider,
  signInAtProvider,
  test,
} from "#e2e/support/with-provider.ts";

async function expectSignedInAs(page: Page, email: string): Promise<void> {
  await page.getByRole("button", { name: /account menu/ }).click();
  await expect(page.getByText(email)).toBeVisible();
  await page.keyboard.press("Escape");
}

test("a new user gets an account through the provider, and returns to it the next time", async ({ page }) => {
  const login = newcomer();
  await page.goto("/settings/developer?status=active");
  await continueWithProvider(page, login);
  await expect(page).toHaveURL("/settings/developer?status=active");
  await expectSignedInAs(page, login);
  await signOut(page);
  await page.getByRole("button", { name: "Continue with Hopper SSO" }).click();
  await expect(page).toHaveURL("/settings/developer");
  await expectSignedInAs(page, login);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("signing in with the provider works", async ({ page }) => {
    await page.goto("/sign-up");
    await continueWithProvider(page, newcomer());
    await expect(page).toHaveURL("/settings/developer");
  });
});

test("a provider's address that has an account is never linked, and the page says how to sign in", async ({ page }) => {
  const user = newUser();
  await signUp(page, user);
  await page.context().clearCookies();
  await page.goto("/sign-in");
  await continueWithProvider(page, user.email);
  await expect(page).toHaveURL(/\/sign-in\?error=email_taken/);
  await expect(page.getByRole("alert").filter({ hasText: "Sign in the way you did before" })).toBeVisible();
});

for (const login of ["nobody-without-an-address", `unverified+${newcomer()}`])
  test(`${login.split("-")[0]}: without a verified address there is no account`, async ({ page }) => {
    await page.goto("/sign-up");
    await continueWithProvider(page, login);
    await expect(page).toHaveURL(/\/sign-in\?error=no_email/);
    await expect(page.getByRole("alert").filter({ hasText: "verified email address" })).toBeVisible();
  });

test("a NUL in the name drops the name, and one in the subject is rejected with a reason", async ({ page }) => {
  const login = `nul+${newcomer()}`;
  await page.goto("/sign-up");
  await continueWithProvider(page, login);
  await expect(page).toHaveURL("/settings/developer");
  await expectSignedInAs(page, login);
  await page.context().clearCookies();
  await page.goto("/sign-up");
  await continueWithProvider(page, `\0${newcomer()}`);
  await expect(page).toHaveURL(/\/sign-in\?error=/);
  await expect(page.getByRole("alert").filter({ hasText: "Signing in with the provider failed" })).toBeVisible();
});

test("cancelling at the provider leads back to the sign-in page", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue with Hopper SSO" }).click();
  await page.getByRole("link", { name: "[ Cancel ]" }).click();
  await expect(page).toHaveURL(/\/sign-in\?error=/);
  await expect(page.getByRole("alert").filter({ hasText: "Signing in with the provider failed" })).toBeVisible();
});

for (const parameters of ["?code=stolen&state=forged", "?code=stolen", "?error=access_denied&state=forged", ""])
  test(`an unexpected callback opens no session and sends the provider no request: ${parameters || "bare"}`, async ({
    page,
    provider,
  }) => {
    const before = provider.requests();
    await page.goto(`/api/auth/callback/oidc${parameters}`);
    await expect(page).toHaveURL(/\/sign-in\?error=/);
    expect(provider.requests()).toBe(before);
    await page.goto("/settings/developer");
    await expect(page).toHaveURL(/\/sign-in/);
  });

for (const first of [0, 1])
  test(`two tabs sign in with the provider and reach their pages, the ${first ? "second" : "first"} one first`, async ({
    page,
    context,
  }) => {
    const login = newcomer();
    const tabs = [page, await context.newPage()];
    const places = ["/settings/usage", "/settings/activity?about=account"];
    for (const [i, tab] of tabs.entries()) {
      await tab.goto(String(places[i]));
      await tab.getByRole("button", { name: "Continue with Hopper SSO" }).click();
      await tab.getByPlaceholder("Enter any login").waitFor();
    }
    await signInAtProvider(tabs[first] as Page, login);
    await expect(tabs[first] as Page).toHaveURL(String(places[first]));
    await signInAgainAtProvider(tabs[1 - first] as Page, login);
    await expect(tabs[1 - first] as Page).toHaveURL(String(places[1 - first]));
  });

test("many unfinished attempts leave few cookies, and the next one succeeds", async ({ page, context, server }) => {
  for (let attempt = 0; attempt < 12; attempt += 1) {
    await page.goto("/sign-in");
    await page.getByRole("button", { name: "Continue with Hopper SSO" }).click();
    await page.getByPlaceholder("Enter any login").waitFor();
  }
  const size = (await context.cookies(server.url))
    .filter(({ name }) => name.startsWith("goodtake-"))
    .map(({ name, value }) => name.length + value.length)
    .reduce((sum, length) => sum + length, 0);
  expect(size).toBeLessThan(4_000);
  await signInAtProvider(page, newcomer());
  await expect(page).toHaveURL("/settings/developer");
});

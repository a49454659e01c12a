import type { Page } from "playwright/test";
import { expect, newPerson, signOut, signUp } from "#e2e/person.ts";
import { continueWithProvider, newcomer, test } from "#e2e/with-provider.ts";

async function expectSignedInAs(page: Page, email: string): Promise<void> {
  await page.getByRole("button", { name: /account menu/ }).click();
  await expect(page.getByText(email)).toBeVisible();
  await page.keyboard.press("Escape");
}

test("a new person gets an account through the provider, and the same one the next time", async ({ page }) => {
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

  test("the way through the provider is the same", async ({ page }) => {
    await page.goto("/sign-up");
    await continueWithProvider(page, newcomer());
    await expect(page).toHaveURL("/settings/developer");
  });
});

test("an address that has an account is never linked; one is told how to sign in", async ({ page }) => {
  const person = newPerson();
  await signUp(page, person);
  await page.context().clearCookies();
  await page.goto("/sign-in");
  await continueWithProvider(page, person.email);
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

test("a NUL in the name costs the name, and one in the subject leads back with a reason", async ({ page }) => {
  const login = `nul+${newcomer()}`;
  await page.goto("/sign-up");
  await continueWithProvider(page, login);
  await expect(page).toHaveURL("/settings/developer");
  await expectSignedInAs(page, login);
  await page.context().clearCookies();
  await page.goto("/sign-up");
  await continueWithProvider(page, `\0${newcomer()}`);
  await expect(page).toHaveURL(/\/sign-in\?error=/);
  await expect(page.getByRole("alert").filter({ hasText: "didn't work" })).toBeVisible();
});

test("who gives up at the provider is back at signing in", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue with Hopper SSO" }).click();
  await page.getByRole("link", { name: "[ Cancel ]" }).click();
  await expect(page).toHaveURL(/\/sign-in\?error=/);
  await expect(page.getByRole("alert").filter({ hasText: "didn't work" })).toBeVisible();
});

test("a callback that nobody asked for signs nobody in", async ({ page }) => {
  await page.goto("/api/auth/callback/oidc?code=stolen&state=forged");
  await expect(page).toHaveURL(/\/sign-in\?error=/);
  await page.goto("/settings/developer");
  await expect(page).toHaveURL(/\/sign-in/);
});

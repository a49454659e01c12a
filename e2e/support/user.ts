import { randomUUID } from "node:crypto";
import { test as base, expect, type Page } from "playwright/test";
import { newAddress, signUpByForm, type User } from "#e2e/support/sign-up.ts";

export { expect, newAddress, type User };

/** Somebody nobody has seen before, so that no test depends on another. */
export function newUser(name = "Ada Lovelace"): User {
  const id = randomUUID().slice(0, 8);
  return { name, email: `ada-${id}@example.com`, password: `correct horse ${id}` };
}

/** Every test comes from an address of its own: throttling by address stays on and hurts no neighbour. */
export const test = base.extend<{ address: string; user: User }>({
  address: async ({ browserName: _ }, use) => use(newAddress()),
  extraHTTPHeaders: async ({ address }, use) => use({ "x-forwarded-for": address }),
  /** Signed up and signed in, at the home page. */
  user: async ({ page, context, baseURL, address }, use) => {
    const user = newUser();
    const [name = "", value = ""] = (await signUpByForm(String(baseURL), user, address)).split("=");
    await context.addCookies([{ name, value, url: String(baseURL), httpOnly: true, sameSite: "Lax" }]);
    await page.goto("/settings/developer");
    await use(user);
  },
});

export async function signUp(page: Page, user: User): Promise<void> {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill(user.name);
  await page.getByLabel("Email").fill(user.email);
  await page.getByLabel("Password").fill(user.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL("/settings/developer");
}

/** On the sign-in page, wherever it leads. */
export async function signIn(page: Page, { email, password }: Pick<User, "email" | "password">): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /account menu/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("/sign-in");
}

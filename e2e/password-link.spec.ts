import { expect, newPerson, type Person, signIn, signUp } from "#e2e/person.ts";
import { test as base } from "#e2e/with-database.ts";
import { createPasswordLink, passwordLinkPath } from "#lib/accounts/password-links.ts";

const OPERATOR = { actor: "operator", address: null, userAgent: null } as const;
const NEW_PASSWORD = "a completely new password";

/** What the operator's command does: a link for a person, made beside the running server. */
const test = base.extend<{ link: (person: Person) => Promise<string> }>({
  link: async ({ browserName: _ }, use) =>
    use(async ({ email }) => {
      const link = await createPasswordLink(email, OPERATOR);
      if (!link.ok) throw new Error(link.error);
      return passwordLinkPath(link.value.token);
    }),
});

test("a password link sets a new password, signs out everywhere, and leaves no trace in the address", async ({
  page,
  person,
  link,
  browser,
  baseURL,
}) => {
  const path = await link(person);
  const asked: string[] = [];
  const elsewhere = await browser.newContext({ baseURL });
  const other = await elsewhere.newPage();
  other.on("request", (request) => asked.push(request.url(), JSON.stringify(request.headers())));
  await other.goto(path);
  await expect(other).toHaveURL("/password-link");
  await other.getByLabel("New password").fill("short");
  await other.getByRole("button", { name: "Set password" }).click();
  // The hint says the same words from the start: only the error makes the field invalid.
  await expect(other.getByLabel("New password")).toHaveAttribute("aria-invalid", "true");
  await expect(other.getByLabel("New password")).toHaveAccessibleDescription(/at least 10 characters/i);
  await other.getByLabel("New password").fill(NEW_PASSWORD);
  await other.getByRole("button", { name: "Set password" }).click();
  await expect(other.getByRole("status")).toContainText("Your password was changed");
  expect(asked.join()).not.toContain(path.split("#")[1]);

  await page.goto("/settings/developer");
  await expect(page).toHaveURL(/\/sign-in/);
  await signIn(page, { email: person.email, password: NEW_PASSWORD });
  await expect(page).toHaveURL("/settings/developer");
  await elsewhere.close();
});

test("a link that was used says so", async ({ page, link }) => {
  const person = newPerson();
  await signUp(page, person);
  const path = await link(person);
  for (const words of ["Your password was changed", "This link was used already"]) {
    await page.goto("/sign-in");
    await page.goto(path);
    await page.getByLabel("New password").fill(NEW_PASSWORD);
    await page.getByRole("button", { name: "Set password" }).click();
    await expect(page.getByText(words)).toBeVisible();
  }
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the whole link can be pasted", async ({ page, person, link, baseURL }) => {
    const path = await link(person);
    await page.context().clearCookies();
    await page.goto("/password-link");
    await page.getByLabel("Link or code").fill(`${baseURL}${path}`);
    await page.getByLabel("New password").fill(NEW_PASSWORD);
    await page.getByRole("button", { name: "Set password" }).click();
    await expect(page.getByText("Your password was changed")).toBeVisible();
  });
});

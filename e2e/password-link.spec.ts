import { CALLER } from "#e2e/support/seed.ts";
import { expect, newUser, signIn, signUp, type User } from "#e2e/support/user.ts";
import { findUserId } from "#e2e/support/user-id.ts";
import { test as base } from "#e2e/support/with-database.ts";
import { createPasswordLink, passwordLinkPath } from "#lib/accounts/password-links.ts";
import { createApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";

const OPERATOR = { actor: "operator", address: null, userAgent: null } as const;
const NEW_PASSWORD = "a completely new password";

/** Creates a link for a user, as the operator's command does. */
const test = base.extend<{ link: (user: User) => Promise<string> }>({
  link: async ({ browserName: _ }, use) =>
    use(async ({ email }) => {
      const link = await createPasswordLink(email, OPERATOR);
      if (!link.ok) throw new Error(link.error);
      return passwordLinkPath(link.value.token);
    }),
});

test("a password link sets a new password, signs out everywhere, and leaves no trace in the address", async ({
  page,
  user,
  link,
  openBrowser,
}) => {
  const path = await link(user);
  const asked: string[] = [];
  const other = await openBrowser();
  other.on("request", (request) => asked.push(request.url(), JSON.stringify(request.headers())));
  await other.goto(path);
  await expect(other).toHaveURL("/password-link");
  await other.getByLabel("New password").fill("short");
  await other.getByRole("button", { name: "Set password" }).click();
  // The hint has the same words, so only the error marks the field as invalid.
  await expect(other.getByLabel("New password")).toHaveAttribute("aria-invalid", "true");
  await expect(other.getByLabel("New password")).toHaveAccessibleDescription(/at least 10 characters/i);
  await other.getByLabel("New password").fill(NEW_PASSWORD);
  await other.getByRole("button", { name: "Set password" }).click();
  await expect(other.getByRole("status")).toContainText("Your password was changed");
  expect(asked.join()).not.toContain(path.split("#")[1]);

  await page.goto("/settings/developer");
  await expect(page).toHaveURL(/\/sign-in/);
  await signIn(page, { email: user.email, password: NEW_PASSWORD });
  await expect(page).toHaveURL("/settings/developer");
});

test("a used link says so", async ({ page, link }) => {
  const user = newUser();
  await signUp(page, user);
  const path = await link(user);
  for (const words of ["Your password was changed", "This link was already used"]) {
    await page.goto("/sign-in");
    await page.goto(path);
    await page.getByLabel("New password").fill(NEW_PASSWORD);
    await page.getByRole("button", { name: "Set password" }).click();
    await expect(page.getByText(words)).toBeVisible();
  }
});

/** Creates two keys of a user beside the browser. */
async function seedKeysOf({ email }: User): Promise<void> {
  const id = await findUserId(email);
  for (const name of ["Mine", "Somebody else's"])
    await createApiKey(id, { name, environment: "production", expiry: { type: "never" } }, CALLER);
}

test("a link to an account with keys lists them and asks whether they stay, with nothing preselected", async ({
  page,
  user,
  link,
}) => {
  await seedKeysOf(user);
  await page.context().clearCookies();
  await page.goto(await link(user));
  const keys = page.getByRole("list", { name: "Existing API keys" }).getByRole("listitem");
  await expect(keys).toHaveText([/Somebody else's.*gt_.*production.*created just now.*never used/, /Mine/]);
  const [keep, revoke] = [page.getByRole("radio", { name: /Keep them/ }), page.getByRole("radio", { name: /Revoke/ })];
  await expect(keep).not.toBeChecked();
  await expect(revoke).not.toBeChecked();
  await page.getByLabel("New password").fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("Choose whether to keep or revoke these keys")).toBeVisible();
  await expect(page.getByRole("radiogroup", { name: /Existing API keys/ })).toBeFocused();
  await revoke.check();
  await page.getByLabel("New password").fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByRole("status")).toContainText("Your password was changed");
  await signIn(page, { email: user.email, password: NEW_PASSWORD });
  await expect(page.getByRole("row", { name: /Mine/ })).toContainText("Revoked");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the whole link can be pasted", async ({ page, user, link, baseURL }) => {
    const path = await link(user);
    await page.context().clearCookies();
    await page.goto("/password-link");
    await page.getByLabel("Link or code").fill(`${baseURL}${path}`);
    await page.getByLabel("New password").fill(NEW_PASSWORD);
    await page.getByRole("button", { name: "Set password" }).click();
    await expect(page.getByText("Your password was changed")).toBeVisible();
  });

  test("keys are listed after the first try, and kept if the user chooses so", async ({
    page,
    user,
    link,
    baseURL,
  }) => {
    await seedKeysOf(user);
    const path = await link(user);
    await page.context().clearCookies();
    await page.goto("/password-link");
    await page.getByLabel("Link or code").fill(`${baseURL}${path}`);
    const send = async () => {
      await page.getByLabel("New password").fill(NEW_PASSWORD);
      await page.getByRole("button", { name: "Set password" }).click();
    };
    await send();
    await expect(page.getByText("Choose whether to keep or revoke these keys")).toBeVisible();
    await page.getByRole("radio", { name: /Keep them/ }).check();
    await send();
    await expect(page.getByText("Your password was changed")).toBeVisible();
    expect(await database().apiKey.count({ where: { user: { email: user.email }, revokedAt: null } })).toBe(2);
  });
});

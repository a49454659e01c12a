import { type BrowserContext, type BrowserContextOptions, test as base, expect, type Page } from "playwright/test";
import { newAddress, newUser, readForm, signUpByForm, type User } from "#e2e/support/sign-up.ts";

export { expect, newUser, type User };

type Fixtures = {
  /** The client's address. Each test has its own, so that throttling by address stays on. */
  address: string;
  /** A new user, signed in on `page`, which is still empty. */
  user: User;
  /** Opens another browser, at an address of its own and signed out. It closes after the test. */
  openBrowser: (options?: BrowserContextOptions) => Promise<Page>;
  /** Signs up and in as another user in another browser, which shows Developer Settings. */
  asAnotherUser: (user?: User) => Promise<Page>;
  /** Signs a user in once more, in another browser, which shows Developer Settings. */
  signInElsewhere: (user: User, options?: BrowserContextOptions) => Promise<Page>;
};

export const test = base.extend<Fixtures>({
  address: ({ browserName: _ }, use) => use(newAddress()),
  extraHTTPHeaders: ({ address }, use) => use({ "x-forwarded-for": address }),
  context: async ({ context }, use) => {
    await leaveOutBlur(context);
    await use(context);
  },
  user: async ({ page, baseURL, address }, use) => {
    const user = newUser();
    await signUpOn(page, user, String(baseURL), address);
    await use(user);
  },
  openBrowser: async ({ browser, baseURL }, use) => {
    const opened: Page[] = [];
    await use(async (options) => {
      const extraHTTPHeaders = { "x-forwarded-for": newAddress() };
      const context = await browser.newContext({ baseURL, extraHTTPHeaders, ...options });
      await leaveOutBlur(context);
      const page = await context.newPage();
      opened.push(page);
      return page;
    });
    await Promise.all(opened.map((page) => page.context().close()));
  },
  asAnotherUser: ({ openBrowser, baseURL }, use) =>
    use(async (user = newUser("Bob")) => {
      const page = await openBrowser();
      await signUpOn(page, user, String(baseURL), newAddress());
      await page.goto("/settings/developer");
      return page;
    }),
  signInElsewhere: ({ openBrowser }, use) =>
    use(async (user, options) => {
      const page = await openBrowser(options);
      await page.goto("/sign-in");
      await signIn(page, user);
      await page.waitForURL("/settings/developer");
      return page;
    }),
});

/**
 * Leaves out the blur behind dialogs and the top bar, which no test sees. Without a GPU it was a
 * sixth of the CPU time of two specs with dialogs.
 */
async function leaveOutBlur(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("*, ::before, ::after, ::backdrop { backdrop-filter: none !important }");
    document.adoptedStyleSheets.push(sheet);
  });
}

/** The form of each server, which is the same for every user. */
const forms = new Map<string, ReturnType<typeof readForm>>();

/** Signs a user up without the form's page, which takes a browser longer than many a test. */
async function signUpOn(page: Page, user: User, baseURL: string, address: string): Promise<void> {
  const form = forms.get(baseURL) ?? readForm(`${baseURL}/sign-up`, "password");
  forms.set(baseURL, form);
  const [name = "", value = ""] = (await signUpByForm(baseURL, user, address, form)).split("=");
  await page.context().addCookies([{ name, value, url: baseURL, httpOnly: true, sameSite: "Lax" }]);
}

/** Signs up on the page of the form. */
export async function signUp(page: Page, user: User): Promise<void> {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill(user.name);
  await page.getByLabel("Email").fill(user.email);
  await page.getByLabel("Password").fill(user.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL("/settings/developer");
}

/** Fills in and sends the form of the sign-in page, wherever it leads. */
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

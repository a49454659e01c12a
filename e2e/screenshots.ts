import { mkdir } from "node:fs/promises";
import { type Browser, chromium, type Page } from "playwright";
import { waitForAnimations } from "#e2e/support/accessibility.ts";
import { BROWSER_ARGUMENTS, findBrowser } from "#e2e/support/browser.ts";
import { createButton, createShownKey } from "#e2e/support/key-list.ts";
import { addKeys, CALLER, connectTo, seedIdentity, seedKeys, seedUsage } from "#e2e/support/seed.ts";
import { startServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { signUp } from "#e2e/support/user.ts";
import { findUserId } from "#e2e/support/user-id.ts";
import { changeRestrictions } from "#lib/api-keys/restrict.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";
import { createApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";

// `npm run screenshots` writes every screen at each size in both themes into `screenshots/`. Names
// of screens as arguments write only those.
const FOLDER = "screenshots";
const SIZES = [
  { size: "1920", width: 1920 },
  { size: "1440", width: 1440 },
  { size: "768", width: 768 },
  { size: "375", width: 375 },
  { size: "320", width: 320 },
  { size: "375-large-text", width: 375, fontSize: "200%" },
];
const PASSWORD = "correct horse battery";

type Screen = {
  name: string;
  signedIn?: "full" | "empty" | "unused";
  /** The screen is longer than the window, so that a second picture shows all of it. */
  long?: true;
  show: (page: Page) => Promise<unknown>;
};

const SCREENS: Screen[] = [
  { name: "sign-in", show: (page) => page.goto("/sign-in") },
  {
    name: "sign-in-error",
    show: async (page) => {
      await page.goto("/sign-in");
      await page.getByLabel("Email").fill("ada@example.com");
      await page.getByLabel("Password").fill("not the password");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("is wrong").waitFor();
    },
  },
  { name: "sign-up", show: (page) => page.goto("/sign-up") },
  { name: "docs", long: true, show: (page) => page.goto("/docs/authentication") },
  {
    name: "docs-api",
    show: (page) => page.goto("/docs/api").then(() => page.getByText("/api/v1/key").first().waitFor()),
  },
  { name: "docs-quick-start", long: true, show: (page) => page.goto("/docs/quick-start") },
  { name: "docs-search", show: (page) => page.goto("/docs/search?q=retry") },
  { name: "docs-gateway", long: true, show: (page) => page.goto("/docs/gateway") },
  { name: "usage", signedIn: "full", long: true, show: (page) => page.goto("/settings/usage") },
  {
    name: "ledger-row",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/usage");
      await page
        .getByRole("link", { name: /^Production App on/ })
        .last()
        .click();
      await page.getByRole("heading", { name: "Movements" }).waitFor();
    },
  },
  { name: "activity", signedIn: "full", long: true, show: (page) => page.goto("/settings/activity") },
  { name: "account", signedIn: "full", long: true, show: (page) => page.goto("/settings/account") },
  {
    name: "unlink",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/account");
      await page.getByRole("button", { name: "Unlink GitHub" }).click();
      await page
        .getByRole("list", { name: "Sign-in methods" })
        .evaluate((list) => list.scrollIntoView({ block: "center" }));
    },
  },
  {
    name: "delete-account",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/account");
      await page.getByRole("button", { name: "Delete account…" }).click();
      await page.getByRole("alertdialog").waitFor();
    },
  },
  {
    name: "key",
    signedIn: "full",
    long: true,
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.locator("a", { hasText: "Production App" }).filter({ visible: true }).first().click();
      await page.getByText("Recent activity").waitFor();
    },
  },
  { name: "rotate", signedIn: "full", show: (page) => choose(page, "/settings/developer", "Rotate") },
  { name: "rename", signedIn: "full", show: (page) => choose(page, "/settings/developer", "Rename") },
  {
    name: "permissions",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.getByRole("button", { name: "More actions for Production App" }).first().click();
      await page.getByRole("menuitem", { name: "Edit permissions" }).click();
      await page.getByRole("dialog").getByText("Restricted", { exact: true }).click();
      await page.getByLabel("Allowed networks").fill("203.0.113.7");
      await page.getByText("may reject").waitFor();
    },
  },
  {
    name: "create-agent",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await createButton(page).click();
      await page.getByRole("button", { name: "Agent key" }).click();
      await page.getByLabel("Credits per month").waitFor();
    },
  },
  { name: "restricted", signedIn: "full", show: (page) => page.goto("/settings/developer?restricted=yes") },
  { name: "delete", signedIn: "full", show: (page) => choose(page, "/settings/developer", "Delete") },
  { name: "extend", signedIn: "full", show: (page) => choose(page, "/settings/developer?q=Rotated", "Extend") },
  { name: "rotated", signedIn: "full", show: (page) => page.goto("/settings/developer?q=Rotated") },
  {
    name: "hygiene",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.getByText("Key health").click();
    },
  },
  { name: "finding", signedIn: "full", show: (page) => page.goto("/settings/developer?finding=no_expiry") },
  {
    name: "found-key",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.waitForLoadState("networkidle");
      await page.getByRole("searchbox", { name: "Search" }).fill(generateSecret());
      await page.getByText("not yours, or unknown").waitFor();
    },
  },
  {
    name: "shortcuts",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.waitForLoadState("networkidle");
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "logs", signedIn: "full", long: true, show: (page) => page.goto("/settings/logs") },
  { name: "logs-empty", signedIn: "empty", show: (page) => page.goto("/settings/logs") },
  { name: "password-link", show: (page) => page.goto("/password-link") },
  { name: "docs-permissions", long: true, show: (page) => page.goto("/docs/permissions") },
  { name: "docs-agents", long: true, show: (page) => page.goto("/docs/agents") },
  { name: "docs-errors", long: true, show: (page) => page.goto("/docs/errors") },
  { name: "docs-rate-limits", long: true, show: (page) => page.goto("/docs/rate-limits") },
  { name: "not-found", show: (page) => page.goto("/nothing/here") },
  { name: "empty", signedIn: "empty", long: true, show: (page) => page.goto("/settings/developer") },
  { name: "waiting", signedIn: "unused", long: true, show: (page) => page.goto("/settings/developer") },
  {
    name: "unused-key",
    signedIn: "unused",
    long: true,
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.locator("a", { hasText: "key 0" }).filter({ visible: true }).first().click();
      await page.getByText("Waiting for its first request").waitFor();
    },
  },
  { name: "full", signedIn: "full", show: (page) => page.goto("/settings/developer") },
  { name: "no-match", signedIn: "full", show: (page) => page.goto("/settings/developer?q=zzz") },
  {
    name: "menu",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.getByRole("button", { name: /account menu/ }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).waitFor();
    },
  },
  {
    name: "create",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await createButton(page).click();
      await page.getByLabel("Expires").selectOption("custom");
      await page.getByRole("button", { name: "Create key" }).click();
      await page.getByText("Give the key a name.").waitFor();
    },
  },
  {
    name: "saved",
    signedIn: "empty",
    show: async (page) => {
      await page.goto("/settings/developer");
      await createShownKey(page, "Production App");
      await page.getByRole("button", { name: "Send a test request" }).click();
      await page.getByText("200 OK").waitFor();
    },
  },
  {
    name: "selected",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.getByRole("checkbox", { name: "Select all keys on this page" }).check();
      await page.getByRole("region", { name: "Selected keys" }).waitFor();
    },
  },
  {
    name: "bulk-revoke",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.getByRole("checkbox", { name: "Select all keys on this page" }).check();
      await page.getByRole("button", { name: "Select all 36 that match" }).click();
      await page.getByRole("region", { name: "Selected keys" }).getByRole("button", { name: "Revoke" }).click();
      await page.getByRole("alertdialog").getByText("used in the last hour").waitFor();
    },
  },
  {
    name: "revoke",
    signedIn: "full",
    show: async (page) => {
      await page.goto("/settings/developer");
      await page.getByRole("button", { name: "Revoke Production App" }).first().click();
      await page.getByRole("alertdialog").waitFor();
    },
  },
];

/** Opens a dialog from the last key's menu. */
async function choose(page: Page, list: string, action: string): Promise<void> {
  await page.goto(list);
  await page.getByRole("button", { name: "More actions" }).last().click();
  await page.getByRole("menuitem", { name: action }).click();
  await page.getByRole("dialog").or(page.getByRole("alertdialog")).waitFor();
}

/** Creates a rotated key and its successor. */
async function rotateOne(email: string): Promise<void> {
  const userId = await findUserId(email);
  const created = await createApiKey(
    userId,
    { name: "Rotated", environment: "production", expiry: { type: "never" } },
    CALLER,
  );
  if (created.ok) await rotateApiKey(userId, created.value.key.id, "7d", CALLER);
}

/** Restricts some keys of an account. */
async function restrictSome(email: string): Promise<void> {
  const userId = await findUserId(email);
  const keys = await database().apiKey.findMany({ where: { userId, revokedAt: null }, take: 6, select: { id: true } });
  for (const [i, { id }] of keys.entries())
    await changeRestrictions(
      userId,
      id,
      {
        scopes: i % 2 === 0 ? ["images:write"] : null,
        allowedNetworks: i % 3 === 0 ? ["203.0.113.0/24", "2001:db8::/32"] : null,
        requestsPerMinute: 10,
        creditsPerMonth: i % 2 === 0 ? 500 : null,
      },
      CALLER,
    );
}

async function sessionOf(browser: Browser, url: string, email: string): Promise<string> {
  const context = await browser.newContext({ baseURL: url, extraHTTPHeaders: { "x-forwarded-for": "198.18.0.1" } });
  await signUp(await context.newPage(), { name: "Ada Lovelace", email, password: PASSWORD });
  const state = JSON.stringify(await context.storageState());
  await context.close();
  return state;
}

async function shoot(browser: Browser, url: string, states: Record<string, string>): Promise<void> {
  let client = 0;
  for (const screen of SCREENS.filter(({ name }) => process.argv.length < 3 || process.argv.includes(name))) {
    for (const { size, width, fontSize } of SIZES) {
      for (const theme of ["light", "dark"] as const) {
        client += 1;
        const state = screen.signedIn && states[screen.signedIn];
        const context = await browser.newContext({
          baseURL: url,
          viewport: { width, height: width < 400 ? 812 : 900 },
          colorScheme: theme,
          reducedMotion: "reduce",
          extraHTTPHeaders: { "x-forwarded-for": `198.18.1.${client}` },
          ...(state && { storageState: JSON.parse(state) }),
        });
        const page = await context.newPage();
        await screen.show(page);
        if (fontSize)
          await page.evaluate((fontSize) => {
            document.documentElement.style.fontSize = fontSize;
          }, fontSize);
        await waitForAnimations(page);
        const picture = (name: string) => `${FOLDER}/${name}-${size}-${theme}.png`;
        await page.screenshot({ path: picture(screen.name) });
        if (screen.long) await page.screenshot({ path: picture(`${screen.name}-whole`), fullPage: true });
        await context.close();
      }
    }
  }
}

const data = await temporaryDirectory();
// The provider's secret is never used.
const server = await startServer({
  DATA_DIR: data.directory,
  TRUSTED_PROXIES: "127.0.0.1",
  GITHUB_ID: "pictures",
  GITHUB_SECRET: "pictures",
  OIDC_ISSUER: "https://sso.example.com",
  OIDC_ID: "pictures",
  OIDC_SECRET: "pictures",
  OIDC_NAME: "Hopper SSO",
});
const disconnect = await connectTo(data.directory);
const browser = await chromium.launch({ executablePath: await findBrowser(), args: BROWSER_ARGUMENTS });
try {
  await mkdir(FOLDER, { recursive: true });
  const states = {
    empty: await sessionOf(browser, server.url, "grace@example.com"),
    full: await sessionOf(browser, server.url, "ada@example.com"),
    unused: await sessionOf(browser, server.url, "alan@example.com"),
  };
  await addKeys("alan@example.com", 1);
  await seedKeys("ada@example.com", 34);
  await seedUsage("ada@example.com");
  await rotateOne("ada@example.com");
  await restrictSome("ada@example.com");
  await seedIdentity("ada@example.com", "github");
  await shoot(browser, server.url, states);
  process.stdout.write(`The screens are in ${FOLDER}/.\n`);
} finally {
  await browser.close();
  await disconnect();
  await server.end("SIGTERM");
  await data.remove();
}

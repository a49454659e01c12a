import { mkdir } from "node:fs/promises";
import { type Browser, chromium } from "playwright";
import { SCREENS } from "#e2e/screens.ts";
import { waitForAnimations } from "#e2e/support/accessibility.ts";
import { BROWSER_ARGUMENTS, findBrowser } from "#e2e/support/browser.ts";
import { enlargeText } from "#e2e/support/enlarge-text.ts";
import { layoutProblems } from "#e2e/support/layout-problems.ts";
import { addKeys, CALLER, connectTo, seedIdentity, seedKey, seedKeys, seedUsage } from "#e2e/support/seed.ts";
import { signUp } from "#e2e/support/user.ts";
import { findUserId } from "#e2e/support/user-id.ts";
import { startMailingServer } from "#e2e/support/with-mail.ts";
import { changeRestrictions } from "#lib/api-keys/restrict.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { createApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";
import { recordLeak } from "#lib/leaks/record-leak.ts";

// `npm run screenshots` writes every screen at each size in both themes into `screenshots/`. Names
// of screens as arguments write only those. Fails if something is cut off or overlaps.
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

/** Creates a key and reports it as found in public. */
async function leakOne(email: string): Promise<void> {
  const { userId, key } = await seedKey(email);
  const url = "https://github.com/acme/website/blob/3f2a9c1/config/production.env";
  await recordLeak(userId, [key.id], { source: "GitHub secret scanning", url }, CALLER);
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
        if (fontSize) await enlargeText(page, fontSize);
        await waitForAnimations(page);
        const picture = (name: string) => `${FOLDER}/${name}-${size}-${theme}.png`;
        await page.screenshot({ path: picture(screen.name) });
        if (screen.long) await page.screenshot({ path: picture(`${screen.name}-whole`), fullPage: true });
        for (const problem of await layoutProblems(page)) {
          process.stderr.write(`${screen.name}, ${size}, ${theme}: ${problem}\n`);
          process.exitCode = 1;
        }
        await context.close();
      }
    }
  }
}

// The provider's secret is never used.
const { url, directory, stop } = await startMailingServer({
  GITHUB_ID: "pictures",
  GITHUB_SECRET: "pictures",
  OIDC_ISSUER: "https://sso.example.com",
  OIDC_ID: "pictures",
  OIDC_SECRET: "pictures",
  OIDC_NAME: "Hopper SSO",
});
const disconnect = await connectTo(directory);
const browser = await chromium.launch({ executablePath: await findBrowser(), args: BROWSER_ARGUMENTS });
try {
  await mkdir(FOLDER, { recursive: true });
  const states = {
    empty: await sessionOf(browser, url, "grace@example.com"),
    full: await sessionOf(browser, url, "ada@example.com"),
    unused: await sessionOf(browser, url, "alan@example.com"),
    leaked: await sessionOf(browser, url, "radia@example.com"),
  };
  // Radia sees what an unverified address shows.
  await database().user.updateMany({
    where: { email: { not: "radia@example.com" } },
    data: { emailVerifiedAt: new Date() },
  });
  await addKeys("alan@example.com", 1);
  await seedKeys("ada@example.com", 34);
  await seedUsage("ada@example.com");
  await rotateOne("ada@example.com");
  await restrictSome("ada@example.com");
  await seedIdentity("ada@example.com", "github");
  await leakOne("radia@example.com");
  await shoot(browser, url, states);
  process.stdout.write(`The screens are in ${FOLDER}/.\n`);
} finally {
  await browser.close();
  await disconnect();
  await stop();
}

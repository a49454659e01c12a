import { randomUUID } from "node:crypto";
import type { Page } from "playwright/test";
import { CLIENT, startIdentityProvider } from "#e2e/support/identity-provider.ts";
import { startDashboard } from "#e2e/support/start-dashboard.ts";
import type { TestServer } from "#e2e/support/start-server.ts";
import { test as base } from "#e2e/support/with-database.ts";

type Provider = Awaited<ReturnType<typeof startIdentityProvider>>;

export const test = base.extend<object, { provider: Provider; server: TestServer }>({
  provider: [
    async ({ browserName: _ }, use) => {
      const provider = await startIdentityProvider();
      await use(provider);
      await provider.stop();
    },
    { scope: "worker" },
  ],
  server: [
    async ({ provider, database: _ }, use) => {
      const server = await startDashboard({
        OIDC_ISSUER: provider.issuer,
        OIDC_ID: CLIENT.id,
        OIDC_SECRET: CLIENT.secret,
        OIDC_NAME: "Hopper SSO",
      });
      provider.serve(`${server.url}/api/auth/callback/oidc`);
      await use(server);
      await server.end("SIGTERM");
    },
    { scope: "worker" },
  ],
  baseURL: ({ server }, use) => use(server.url),
});

/** Returns a login that has never signed in. */
export const newcomer = () => `grace-${randomUUID().slice(0, 8)}@example.com`;

/** Signs in with the provider, from the sign-in page through the provider's own pages. */
export async function continueWithProvider(page: Page, login: string): Promise<void> {
  await page.getByRole("button", { name: "Continue with Hopper SSO" }).click();
  await signInAtProvider(page, login);
}

/** Signs in and consents on the provider's own pages. */
export async function signInAtProvider(page: Page, login: string): Promise<void> {
  await signInAgainAtProvider(page, login);
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Signs in with a login that has consented before. */
export async function signInAgainAtProvider(page: Page, login: string): Promise<void> {
  await page.getByPlaceholder("Enter any login").fill(login);
  await page.getByPlaceholder("and password").fill("anything");
  await page.getByRole("button", { name: "Sign-in" }).click();
}

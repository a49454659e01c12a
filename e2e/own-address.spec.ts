import { freePort } from "#e2e/support/free-port.ts";
import { startDashboard } from "#e2e/support/start-dashboard.ts";
import { expect, newUser, signIn, signUp } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";

/** Browsers resolve each name below `localhost` to the machine itself. */
for (const { host, named } of [
  { host: "localhost", named: false },
  { host: "dashboard.localhost", named: true },
])
  test(`at ${host} the first page after sign-up and sign-in shows the browser's address, also without JavaScript`, async ({
    openBrowser,
  }) => {
    const port = await freePort();
    const address = `http://${host}:${port}`;
    const server = await startDashboard({ PORT: String(port), ...(named && { PUBLIC_URL: address }) });
    try {
      for (const javaScriptEnabled of [true, false]) {
        const page = await openBrowser({ baseURL: address, javaScriptEnabled });
        const user = newUser();
        await signUp(page, user);
        // Reads it at once, before the list refreshes.
        const example = () => page.locator("pre").filter({ hasText: "curl" }).first().textContent();
        expect(await example()).toContain(`${address}/api/v1/`);
        for (const next of ["/settings/developer", "/docs/authentication"]) {
          await page.context().clearCookies();
          await page.goto(`/sign-in?next=${next}`);
          await signIn(page, user);
          await page.waitForURL(next);
          expect(await example()).toContain(`${address}/api/v1/`);
        }
        expect(await page.content()).not.toContain("127.0.0.1");
      }
    } finally {
      await server.end("SIGTERM");
    }
  });

import { randomBytes } from "node:crypto";
import pg from "pg";
import { startPostgres, type TestPostgres } from "#e2e/support/postgres.ts";
import { startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { test as base, expect } from "#e2e/support/user.ts";

type Installation = { postgres: TestPostgres; server: TestServer };

/** A server with a database of its own, which a test can stop. */
const test = base.extend<{ installation: Installation }>({
  installation: async ({ browserName: _ }, use) => {
    const data = await temporaryDirectory();
    const postgres = await startPostgres();
    const server = await startServer({
      DATA_DIR: data.directory,
      DATABASE_URL: postgres.url,
      AUTH_SECRET: randomBytes(33).toString("hex"),
      TRUSTED_PROXIES: "127.0.0.1",
    });
    await use({ postgres, server });
    await server.end("SIGTERM");
    await postgres.remove();
    await data.remove();
  },
  baseURL: ({ installation }, use) => use(installation.server.url),
});

test("without its database a page keeps its frame, names the request, and returns with Try again", async ({
  page,
  user: _,
  installation: { postgres, server },
}) => {
  await page.goto("/settings/developer");
  await postgres.stop();
  const answer = await page.goto("/settings/usage");
  const alert = page.getByRole("alert").filter({ hasText: "This page couldn't be loaded" });
  await expect(alert).toBeVisible();
  const id = String(answer?.headers()["x-request-id"]);
  await expect(alert).toContainText(`Request ID ${id}`);
  expect(server.output()).toContain(id);
  const navigation = page.getByRole("navigation", { name: "Settings" });
  await expect(navigation.getByRole("link", { name: "Usage" })).toBeVisible();
  await page.getByRole("link", { name: "Docs" }).click();
  await expect(page.getByRole("navigation", { name: "API documentation" })).toBeVisible();
  await page.goBack();
  await expect(alert).toBeVisible();
  await postgres.start();
  await expect(async () => {
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByRole("heading", { name: "Usage", level: 1 })).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await expect(page.getByRole("button", { name: /account menu/ })).toBeVisible();
});

test("a page whose data can't be read shows the request ID, on first load and after a click", async ({
  page,
  user: _,
  installation: { postgres, server },
}) => {
  const client = new pg.Client(postgres.url);
  await client.connect();
  await client.query(`ALTER TABLE "CreditDayTotal" RENAME TO "Away"`);
  const shown = page.getByRole("alert").getByText(/^Request ID /);
  const loaded = await page.goto("/settings/usage");
  await expect(shown).toHaveText(`Request ID ${loaded?.headers()["x-request-id"]}`);

  await page.goto("/settings/activity", { waitUntil: "networkidle" });
  const answered: string[] = [];
  page.on("response", (response) => {
    if (response.url().includes("/settings/usage")) answered.push(String(response.headers()["x-request-id"]));
  });
  await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Usage" }).click();
  await expect(shown).toBeVisible();
  const id = String(await shown.getByRole("code").textContent());
  expect(answered).toContain(id);
  expect(server.output()).toContain(id);
  await client.query(`ALTER TABLE "Away" RENAME TO "CreditDayTotal"`);
  await client.end();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: "Usage", level: 1 })).toBeVisible();
});

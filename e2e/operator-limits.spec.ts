import { writeFile } from "node:fs/promises";
import path from "node:path";
import { startServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { expect, newUser, signUp } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { database } from "#lib/database/client.ts";

test("a tier without a limit is shown as one, and an account that may have no more keys is told whom to ask", async ({
  browser,
}) => {
  const { directory, remove } = await temporaryDirectory();
  const TIERS_FILE = path.join(directory, "tiers.json");
  const tier = { requestsPerMonth: null, signupCredits: 0 };
  await writeFile(TIERS_FILE, JSON.stringify({ free: { ...tier, requestsPerMinute: null } }));
  const settings = { DATA_DIR: directory, TIERS_FILE, MAX_KEYS: "1", SUPPORT_URL: "https://support.example.com/keys" };
  const server = await startServer(settings);
  const context = await browser.newContext({ baseURL: server.url });
  try {
    const page = await context.newPage();
    await signUp(page, newUser());
    await page.goto("/settings/usage");
    await expect(page.getByText("No limit on requests a minute.")).toBeVisible();
    await page.goto("/docs/rate-limits");
    await expect(page.getByRole("row", { name: "free No limit No quota" })).toBeVisible();
    await expect(page.getByText("No tier has a limit, so no answer says one.")).toBeVisible();

    await page.goto("/settings/developer");
    const create = async () => {
      await page.getByRole("button", { name: "Create New API Key" }).first().click();
      await page.getByRole("textbox", { name: "Name" }).fill("Production App");
      await page.getByRole("button", { name: "Create key" }).click();
    };
    await create();
    await page.getByRole("dialog").getByRole("button", { name: "Copy" }).first().click();
    await page.getByRole("button", { name: "Done" }).click();
    await create();
    const alert = page.getByRole("alert").filter({ hasText: "Your account has reached its limit of keys" });
    await expect(alert.getByRole("link", { name: "Contact support" })).toHaveAttribute("href", settings.SUPPORT_URL);
  } finally {
    await context.close();
    await server.end("SIGTERM");
    await remove();
  }
});

test("an account that made many keys is told in the dialog when it can make the next, and then makes it", async ({
  page,
  user,
}) => {
  const { id } = await database().user.findUniqueOrThrow({ where: { email: user.email }, select: { id: true } });
  const scope = `keys of ${id}`;
  await database().throttle.create({
    data: { scope, attempts: 110, blockedUntil: new Date(Date.now() + 60_000), updatedAt: new Date() },
    select: { scope: true },
  });
  await page.goto("/settings/developer");
  await page.getByRole("button", { name: "Create New API Key" }).first().click();
  await page.getByRole("textbox", { name: "Name" }).fill("Production App");
  await page.getByRole("button", { name: "Create key" }).click();
  const wait = /^You have created many keys in a short time\. Try again in \d+ seconds\.$/;
  await expect(page.getByRole("alert").filter({ hasText: wait })).toBeVisible();
  await database().throttle.update({ where: { scope }, data: { blockedUntil: new Date() }, select: { scope: true } });
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByRole("textbox", { name: "API key" })).toHaveValue(/^gt_/);
});

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { createKey, fillInNewKey, newKeyField } from "#e2e/support/key-list.ts";
import { startDashboard } from "#e2e/support/start-dashboard.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { expect, newUser, signUp } from "#e2e/support/user.ts";
import { findUserId } from "#e2e/support/user-id.ts";
import { test } from "#e2e/support/with-database.ts";
import { database } from "#lib/database/client.ts";

test("a tier without a limit is shown as such, and an account at its limit of keys gets a link to support", async ({
  openBrowser,
}) => {
  const { directory, remove } = await temporaryDirectory();
  const TIERS_FILE = path.join(directory, "tiers.json");
  const tier = { requestsPerMonth: null, signupCredits: 0 };
  await writeFile(TIERS_FILE, JSON.stringify({ free: { ...tier, requestsPerMinute: null } }));
  const settings = { TIERS_FILE, MAX_KEYS: "1", SUPPORT_URL: "https://support.example.com/keys" };
  const server = await startDashboard(settings);
  try {
    const page = await openBrowser({ baseURL: server.url });
    await signUp(page, newUser());
    await page.goto("/settings/usage");
    await expect(page.getByText("No limit on requests per minute.")).toBeVisible();
    await page.goto("/docs/rate-limits");
    await expect(page.getByRole("row", { name: "free No limit No quota" })).toBeVisible();
    await expect(page.getByText("No tier has a limit, so responses don't show one.")).toBeVisible();

    await page.goto("/settings/developer");
    await createKey(page, "Production App");
    await fillInNewKey(page, "One too many");
    await page.getByRole("button", { name: "Create key" }).click();
    const alert = page.getByRole("alert").filter({ hasText: "Your account has reached its limit of keys" });
    await expect(alert.getByRole("link", { name: "Contact support" })).toHaveAttribute("href", settings.SUPPORT_URL);
  } finally {
    await server.end("SIGTERM");
    await remove();
  }
});

test("an account that created many keys sees when it can create the next one, and then creates it", async ({
  page,
  user,
}) => {
  const scope = `keys of ${await findUserId(user.email)}`;
  await database().throttle.create({
    data: { scope, attempts: 110, blockedUntil: new Date(Date.now() + 60_000), updatedAt: new Date() },
    select: { scope: true },
  });
  await page.goto("/settings/developer");
  await fillInNewKey(page, "Production App");
  await page.getByRole("button", { name: "Create key" }).click();
  const wait = /^You have created many keys in a short time\. Try again in \d+ seconds\.$/;
  await expect(page.getByRole("alert").filter({ hasText: wait })).toBeVisible();
  await database().throttle.update({ where: { scope }, data: { blockedUntil: new Date() }, select: { scope: true } });
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(newKeyField(page)).toHaveValue(/^gt_/);
});

import { randomUUID } from "node:crypto";
import type { Page } from "playwright/test";
import { expectAccessible, expectNoSidewaysScroll, expectTablesFit } from "#e2e/support/accessibility.ts";
import { addKeys, CALLER, seedKey } from "#e2e/support/seed.ts";
import { expect, newUser, signUp } from "#e2e/support/user.ts";
import { awayFromMidnight } from "#e2e/support/utc-day.ts";
import { test } from "#e2e/support/with-database.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";

const ask = (page: Page, path: string, secret: string) =>
  page.request.get(`/api/v1${path}`, { headers: { "x-api-key": secret, "user-agent": "nightly/2.1" } });
const section = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

test("the page shows requests by day and outcome, callers, rejected requests with reasons, and activity", async ({
  page,
  user,
}) => {
  const { userId, key, secret } = await seedKey(user.email);
  await awayFromMidnight();
  for (let i = 0; i < 3; i += 1) expect((await ask(page, "/key", secret)).status()).toBe(200);
  expect((await ask(page, "/auth?cost=nothing", secret)).status()).toBe(400);
  expect((await ask(page, "/auth?cost=1000", secret)).status()).toBe(403);
  await database().balance.update({ where: { userId }, data: { requests: 1_000 } });
  expect((await ask(page, "/auth?cost=1", secret)).status()).toBe(403);
  await revokeApiKey(userId, key.id, CALLER);
  expect((await ask(page, "/key", secret)).status()).toBe(401);

  await expect(async () => {
    await page.goto(`/settings/developer/${key.id}`);
    await expect(page.getByText("Peak: 7")).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(page.getByRole("heading", { level: 1, name: "Production App" })).toBeVisible();
  const requests = section(page, "Requests");
  await requests.getByText("Show as a table").click();
  await expect(requests.getByRole("columnheader")).toHaveText([
    "Day (UTC)",
    "All",
    "Successful",
    "Rate limited",
    "Invalid request",
    "Key rejected",
  ]);
  await expect(requests.getByRole("row").nth(1).locator("td")).toHaveText(["7", "3", "2", "1", "1"]);

  const callers = section(page, "Callers");
  await expect(callers.getByRole("row").filter({ hasText: "/api/v1/key" })).toContainText(
    /198\.1[89]\.\d+\.0\/24\s*nightly\/2\.1.*4/,
  );
  const rejections = section(page, "Recent rejections");
  await expect(rejections.getByRole("row").nth(1)).toContainText(/401Key revokedRevoked less than a minute earlier/);
  await expect(rejections.getByText("Not enough credits")).toHaveCount(1);
  await expect(rejections.getByText("Monthly quota exceeded")).toHaveCount(1);
  await expect(rejections.getByText("Invalid request")).toHaveCount(1);
  await expect(section(page, "Recent activity")).toContainText("Key revoked");

  await rejections.getByRole("link", { name: "View in Logs" }).click();
  await expect(page).toHaveURL(`/settings/logs?key=${key.id}&reason=failed`);
  await expect(page.getByRole("region", { name: "Requests", exact: true })).toContainText("Key revoked");
});

test("another user's key is answered like an unknown one", async ({ user, openBrowser }) => {
  const { key } = await seedKey(user.email);
  const bob = await openBrowser();
  expect((await bob.goto(`/settings/developer/${key.id}`))?.url()).toContain("/sign-in?next=");
  await signUp(bob, newUser("Bob"));
  for (const id of [key.id, randomUUID(), "nothing", "%00"])
    expect((await bob.goto(`/settings/developer/${id}`))?.status(), id).toBe(404);
});

test("a successor's page shows its creation, and a key without activity says so", async ({ page, user }) => {
  const { userId, key } = await seedKey(user.email);
  const rotated = await rotateApiKey(userId, key.id, "24h", CALLER);
  if (!rotated.ok) throw new Error(rotated.error);
  await page.goto(`/settings/developer/${rotated.value.key.id}`);
  await expect(section(page, "Recent activity")).toContainText("Key created");

  await addKeys(user.email, 1);
  const { id } = await database().apiKey.findFirstOrThrow({ where: { userId, name: "key 0" }, select: { id: true } });
  await page.goto(`/settings/developer/${id}`);
  await expect(section(page, "Recent activity")).toContainText("No activity recorded for this key.");
});

test("the menu on a key's page has no link to that page", async ({ page, user }) => {
  const { key } = await seedKey(user.email);
  await page.goto(`/settings/developer/${key.id}`);
  await page.getByRole("button", { name: `More actions for ${key.name}` }).click();
  await expect(page.getByRole("menuitem")).toHaveText([
    "Rename",
    "Edit note",
    "Rotate",
    "Edit expiry",
    "Edit permissions",
    "Disable",
    "Copy key ID",
    "Delete",
  ]);
});

test("a range is in the address, and an unknown one shows 30 days", async ({ page, user }) => {
  const { key } = await seedKey(user.email);
  await page.goto(`/settings/developer/${key.id}?days=1000000`);
  await expect(page.getByRole("link", { name: "30 days" })).toHaveAttribute("aria-current", "true");
  await expect(page.getByText("No requests in the last 30 days.")).toBeVisible();
  await page.getByRole("link", { name: "7 days" }).click();
  await expect(page).toHaveURL(/days=7$/);
  await expect(page.getByText("No requests in the last 7 days.")).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`a key's pages have no accessibility violation in the ${colorScheme} theme, and don't scroll sideways on a phone`, async ({
    page,
    user,
  }) => {
    const { key, secret } = await seedKey(user.email);
    await ask(page, "/key", secret);
    await ask(page, "/auth?cost=1000", secret);
    await expect.poll(() => database().rejection.count({ where: { apiKeyId: key.id } })).toBe(1);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const path of [`/settings/developer/${key.id}`, "/settings/logs"]) {
      await page.goto(path);
      await expectAccessible(page);
      await page.setViewportSize({ width: 375, height: 812 });
      await expectNoSidewaysScroll(page);
      await expectTablesFit(page);
      await page.setViewportSize({ width: 1280, height: 720 });
    }
  });
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("the key's page works", async ({ page, user }) => {
    const { key, secret } = await seedKey(user.email);
    await ask(page, "/key", secret);
    await page.goto(`/settings/developer/${key.id}`);
    await expect(page.getByRole("heading", { level: 1, name: "Production App" })).toBeVisible();
    await expect(section(page, "Recent activity")).toContainText("Key created");
  });
});

import { execute } from "#e2e/support/execute-example.ts";
import { createKey, KEY_LIST } from "#e2e/support/key-list.ts";
import { restrictKey } from "#e2e/support/restrict-key.ts";
import { cells } from "#e2e/support/table.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { BUILT_IN_SCOPES } from "#lib/config/scopes.ts";

const PAGE = "/docs/permissions";

test("the page lists the permissions of the installation", async ({ page }) => {
  await page.goto(PAGE);
  await expect(page.getByRole("heading", { name: "All permissions" })).toBeVisible();
  expect(await cells(page, "Permission table")).toEqual(
    BUILT_IN_SCOPES.map(({ title, name, description }) => [title, name, description, "–"]),
  );
});

test("the API rejects a missing permission as the page shows", async ({ page, user }) => {
  await page.goto(KEY_LIST);
  const secret = await createKey(page, "Restricted");
  await restrictKey(user, "Restricted", { scopes: "" });
  const answer = await page.request.post("/api/v1/bytedance/generate-image", {
    headers: { "x-api-key": secret },
    data: { prompt: "A sunset" },
  });
  expect(answer.status()).toBe(403);
  await page.goto(PAGE);
  const shown = page.getByRole("region", { name: "Missing permissions" }).locator("pre code");
  await expect(shown).toContainText(`WWW-Authenticate: ${answer.headers()["www-authenticate"]}`);
  await expect(shown).toContainText(JSON.stringify(await answer.json(), null, 2));
});

test("the request for a key's restrictions runs as shown and returns the fields on the page", async ({
  page,
  user,
}) => {
  await page.goto(KEY_LIST);
  const secret = await createKey(page, "Restricted");
  await restrictKey(user, "Restricted", {
    scopes: "images:write",
    allowedNetworks: "127.0.0.0/8",
    requestsPerMinute: 10,
    creditsPerMonth: 50,
  });
  await page.goto(PAGE);
  const region = page.getByRole("region", { name: "See a key's restrictions" });
  await expect(region.locator("pre code")).toHaveCount(2);
  const [command = "", shown = ""] = await region.locator("pre code").allTextContents();
  const answer = JSON.parse(await execute("cURL", command, { GOODTAKE_API_KEY: secret }));
  expect(answer).toMatchObject({
    scopes: ["images:write"],
    allowed_networks: ["127.0.0.0/8"],
    requests_per_minute: 10,
    credits_per_month: 50,
  });
  expect(Object.keys(JSON.parse(shown))).toEqual(Object.keys(answer));
});

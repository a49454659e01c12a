import type { Page } from "playwright/test";
import { readCsv } from "#e2e/support/csv.ts";
import { CALLER, seedKey } from "#e2e/support/seed.ts";
import { cells } from "#e2e/support/table.ts";
import { expect } from "#e2e/support/user.ts";
import { findUserId } from "#e2e/support/user-id.ts";
import { awayFromMidnight } from "#e2e/support/utc-day.ts";
import { test } from "#e2e/support/with-database.ts";
import { setTier } from "#lib/accounts/store.ts";

const ask = (page: Page, path: string, secret: string) =>
  page.request.get(`/api/v1${path}`, { headers: { "x-api-key": secret } });

test("the usage page shows requests and their cost by day, by key and in the ledger, and the credits left", async ({
  page,
  user,
}) => {
  const { secret, key } = await seedKey(user.email);
  await awayFromMidnight();
  for (const path of ["/key", "/key", "/auth?cost=7", "/auth?cost=1000"]) await ask(page, path, secret);
  await expect(async () => {
    await page.goto("/settings/usage");
    await expect(page.getByText("Peak: 4")).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(page.getByRole("definition").filter({ hasText: /^7 of 100 used93 left, / })).toBeVisible();
  await expect(page.getByRole("definition").filter({ hasText: /^1 of 1,000 used/ })).toContainText(
    /Renews on \w+ 1 \(UTC\)\.$/,
  );
  expect(await cells(page, "Requests by key")).toEqual([[key.name, `${key.prefix}…`, "4", "3", "7"]]);
  await page.locator("section", { hasText: "Credits spent" }).getByText("Show as a table").click();
  expect((await cells(page, "Credits by day")).map(([, credits]) => credits)).toEqual(["7"]);
  const today = new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" }).format();
  expect(await cells(page, "Credits by day and key")).toEqual([
    [`${today}Balance 93`],
    [`Production App on ${today}`, "-7", "–", "–"],
    [`Added to the account on ${today}`, "–", "–", "+100"],
  ]);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("paging reaches every key and every row of the ledger, and the exported ledger sums up to the balance", async ({
    page,
    user,
  }) => {
    await setTier(await findUserId(user.email), "scale", CALLER);
    const keys: Awaited<ReturnType<typeof seedKey>>[] = [];
    while (keys.length < 26) keys.push(await seedKey(user.email));
    await awayFromMidnight();
    for (const { secret } of keys) expect((await ask(page, "/auth?cost=2", secret)).status()).toBe(204);
    const [first] = keys as [(typeof keys)[number]];
    await ask(page, "/auth?cost=3", first.secret);
    await expect(async () => {
      await page.goto("/settings/usage?days=7");
      await expect(page.getByText("Peak: 27")).toBeVisible({ timeout: 500 });
    }).toPass();

    const busiest = await cells(page, "Requests by key");
    expect(busiest).toHaveLength(25);
    expect(busiest[0]).toEqual([first.key.name, `${first.key.prefix}…`, "2", "2", "5"]);
    await page.getByRole("navigation", { name: "Pages of keys" }).getByRole("link", { name: "Less busy" }).click();
    await expect(page).toHaveURL(/\/settings\/usage\?days=7&keys=later_1_[0-9a-f-]{36}#by-key$/);
    const rest = await cells(page, "Requests by key");
    expect(rest.map((row) => row.slice(2))).toEqual([["1", "1", "2"]]);
    expect(new Set([...busiest, ...rest].map(([, prefix]) => prefix)).size).toBe(26);

    const ledger = page.getByRole("navigation", { name: "Pages of the ledger" });
    const [day, ...newest] = await cells(page, "Credits by day and key");
    expect(day?.[0]).toMatch(/Balance 45$/);
    await expect(ledger.getByRole("link")).toHaveText(["Older"]);
    await ledger.getByRole("link", { name: "Older" }).click();
    await expect(page).toHaveURL(/\?days=7&keys=later_.+&ledger=later_[\d-]{10}_[0-9a-f-]{36}#ledger$/);
    const [sameDay, ...older] = await cells(page, "Credits by day and key");
    expect(sameDay).toEqual(day);
    expect([newest.length, older.length]).toEqual([25, 2]);
    expect(older.at(-1)?.slice(1)).toEqual(["–", "–", "+100"]);
    const charged = [...newest, ...older].map(([, credits]) => Number(credits) || 0);
    expect(charged.reduce((sum, credits) => sum + credits)).toBe(-55);
    await expect(ledger.getByRole("link")).toHaveText(["Newer"]);

    const href = await page.getByRole("link", { name: "Export CSV" }).getAttribute("href");
    const answer = await page.request.get(String(href));
    expect(answer.headers()["content-disposition"]).toBe('attachment; filename="credits.csv"');
    const [head, ...rows] = readCsv(await answer.text());
    expect(head).toEqual(["time", "what", "credits", "key", "key id", "row"]);
    expect(rows).toHaveLength(28);
    expect(rows[0]?.slice(1)).toEqual(["Charged", "-3", "Production App", first.key.id, "single"]);
    const exported = rows.map(([, , credits]) => Number(credits));
    await expect(page.getByText(`${exported.reduce((sum, credits) => sum + credits)} left, `)).toBeVisible();

    await ledger.getByRole("link", { name: "Newer" }).click();
    await expect(page).toHaveURL(/\?days=7&keys=later_.+&ledger=earlier_.+#ledger$/);
    expect(await cells(page, "Credits by day and key")).toEqual([day, ...newest]);
    expect(await cells(page, "Requests by key")).toEqual(rest);
    await page.getByRole("navigation", { name: "Pages of keys" }).getByRole("link", { name: "Busier" }).click();
    await expect(page).toHaveURL(/keys=earlier_.+#by-key$/);
    expect(await cells(page, "Requests by key")).toEqual(busiest);
    await page.goto("/settings/usage?days=x&month=2026-13&keys=later_9223372036854775808_x&ledger=later_2026-13-45_x");
    expect(await cells(page, "Requests by key")).toEqual(busiest);
    expect(await cells(page, "Credits by day and key")).toEqual([day, ...newest]);

    // The month before is linked, and empty.
    await page.getByRole("navigation", { name: "Month" }).getByRole("link").click();
    await expect(page.getByText(/^No requests in \w+ \d{4}\.$/)).toBeVisible();
    await page.getByRole("navigation", { name: "Month" }).getByRole("link").last().click();
    await expect(page).toHaveURL(new RegExp(`month=${new Date().toISOString().slice(0, 7)}`));
    expect(await cells(page, "Requests by key")).toEqual(busiest);
  });
});

import { readCsv } from "#e2e/support/csv.ts";
import { CALLER, seedKey } from "#e2e/support/seed.ts";
import { cells, follow } from "#e2e/support/table.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

test("activity is listed, filtered, and exported without a formula", async ({ page, user }) => {
  const { userId: id, key } = await seedKey(user.email);
  await revokeApiKey(id, key.id, CALLER);
  await database().activity.create({
    data: { userId: id, actor: "user", action: "api_key.created", details: { name: '=HYPERLINK("x")' } },
    select: { id: true },
  });
  await page.goto("/settings/activity");
  expect((await cells(page, "Activity")).map(([what]) => what)).toEqual([
    "Key created",
    "Key revoked",
    "Key created",
    "Account created",
  ]);
  await page.getByRole("link", { name: "Account", exact: true }).last().click();
  await expect(page).toHaveURL("/settings/activity?about=account");
  expect((await cells(page, "Activity")).map(([what]) => what)).toEqual(["Account created"]);

  await page.getByRole("link", { name: "Keys", exact: true }).click();
  await expect(page).toHaveURL("/settings/activity?about=api_key");
  const href = await page.getByRole("link", { name: "Export CSV" }).getAttribute("href");
  const answer = await page.request.get(String(href));
  expect(answer.headers()["content-disposition"]).toBe('attachment; filename="activity.csv"');
  const rows = readCsv(await answer.text());
  expect(rows).toHaveLength(4);
  expect(rows[1]?.slice(1, 4)).toEqual(["Key created", `'=HYPERLINK("x")`, "user"]);

  await page.goto("/settings/activity?about=api_key&page=999");
  expect(await cells(page, "Activity")).toHaveLength(3);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("activity is paged to its end and back while it grows, and filtered by key, action and day", async ({
    page,
    user,
  }) => {
    const { userId: id, key } = await seedKey(user.email);
    const now = Date.now();
    const rename = (ago: number) => ({
      userId: id,
      actor: "user" as const,
      action: "account.renamed",
      details: { from: "Ada", to: `Ada ${ago}` },
      createdAt: new Date(now - ago * DAY_MS),
    });
    await database().activity.createMany({ data: Array.from({ length: 120 }, (_, i) => rename(i + 1)) });
    const pages = page.getByRole("navigation", { name: "Pages" });
    const details = async () => (await cells(page, "Activity")).map(([, detail]) => detail);

    await page.goto("/settings/activity");
    const seen = [await details()];
    await expect(pages.getByRole("link")).toHaveText(["Older"]);
    for (let older = 0; older < 2; older += 1) {
      await database().activity.create({ data: rename(0), select: { id: true } });
      await follow(page, pages.getByRole("link", { name: "Older" }));
      seen.push(await details());
    }
    await expect(pages.getByRole("link")).toHaveText(["Newer"]);
    expect(seen.map(({ length }) => length)).toEqual([50, 50, 22]);
    expect(new Set(seen.flat()).size).toBe(122);
    await follow(page, pages.getByRole("link", { name: "Newer" }));
    expect(await details()).toEqual(seen[1]);

    await page.goto(`/settings/developer/${key.id}`);
    await page.getByRole("link", { name: "All activity of this key" }).click();
    await expect(page).toHaveURL(`/settings/activity?key=${key.id}`);
    await expect(page.getByText(`Activity of ${key.name}`)).toBeVisible();
    expect((await cells(page, "Activity")).map(([what]) => what)).toEqual(["Key created"]);
    await follow(page, page.getByRole("link", { name: "All keys" }));

    const day = rename(30).createdAt.toISOString().slice(0, 10);
    await page.getByLabel("Action").selectOption("Name changed");
    await page.getByLabel("From (UTC)").fill(day);
    await page.getByLabel("To (UTC)").fill(day);
    await follow(page, page.getByRole("button", { name: "Filter" }));
    expect(await details()).toEqual(["Ada → Ada 30"]);
    const href = await page.getByRole("link", { name: "Export CSV" }).getAttribute("href");
    expect(readCsv(await (await page.request.get(String(href))).text())).toHaveLength(2);
    await page.getByRole("link", { name: "Clear" }).click();
    await expect(page).toHaveURL("/settings/activity");
  });
});

import { readCsv } from "#e2e/support/csv.ts";
import { column, createButton, expectRow, KEY_LIST, keyList, keyRow, rows, search } from "#e2e/support/key-list.ts";
import { seedKeys } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { codeRuns } from "#e2e/support/without-code.ts";
import { database } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

async function change(email: string, name: string, data: Parameters<typeof update>[1]): Promise<void> {
  const key = await database().apiKey.findFirstOrThrow({ where: { name, user: { email } }, select: { id: true } });
  await update(key.id, data);
}
function update(id: string, data: { createdAt?: Date; expiresAt?: Date; lastUsedAt?: Date; name?: string }) {
  return database().apiKey.update({ where: { id }, data });
}

test("60 keys are three pages in the address, so that a reload, a link and Back show the same", async ({
  page,
  user,
}) => {
  await seedKeys(user.email, 60);
  await page.goto(KEY_LIST);
  await expect(rows(page)).toHaveCount(25);
  await expect(page.getByText("1–25 of 60 keys")).toBeVisible();
  await expect(page.getByRole("link", { name: "Previous page" })).toHaveCount(0);
  await page.getByRole("link", { name: "Next page" }).click();
  await page.waitForURL(`${KEY_LIST}?page=2`);
  await page.getByRole("link", { name: "Next page" }).click();
  await page.waitForURL(`${KEY_LIST}?page=3`);
  await expect(page.getByText("51–60 of 60 keys")).toBeVisible();
  await expect(rows(page)).toHaveCount(10);
  await expect(page.getByRole("link", { name: "Next page" })).toHaveCount(0);
  const shown = await rows(page).allInnerTexts();
  await page.reload();
  await expect(rows(page)).toHaveText(shown, { useInnerText: true });
  await page.goBack();
  await expect(page.getByText("26–50 of 60 keys")).toBeVisible();
  await page.goto(`${KEY_LIST}?page=99`);
  await expect(page.getByText("51–60 of 60 keys")).toBeVisible();
});

test("every column sorts both ways and shows which", async ({ page, user }) => {
  await seedKeys(user.email, 12);
  await page.goto(KEY_LIST);
  const header = (name: string) => page.getByRole("columnheader", { name, exact: true });
  await expect(header("Created")).toHaveAttribute("aria-sort", "descending");
  const values = async (place: number) => {
    // A relative time changes while the test runs.
    if (place >= 3 && place <= 5)
      return column(page, place).evaluateAll((cells) => cells.map((cell) => cell.querySelector("time")?.dateTime));
    const cells = await (place === 1 ? rows(page).locator("bdi") : column(page, place)).allInnerTexts();
    return cells.map((text) => text.split("\n")[0]);
  };
  for (const [place, name, first] of [
    [1, "Name", "ascending"],
    [2, "Key", "ascending"],
    [3, "Created", "descending"],
    [4, "Last used", "descending"],
    [6, "Expires", "descending"],
    [7, "Status", "ascending"],
  ] as const) {
    if (name !== "Created") {
      await header(name).getByRole("link").click();
      await expect(header(name)).toHaveAttribute("aria-sort", first);
    }
    await expect(keyList(page)).toHaveAttribute("aria-busy", "false");
    await expect(rows(page)).toHaveCount(12);
    const oneWay = await values(place);
    const other = first === "ascending" ? "descending" : "ascending";
    await header(name).getByRole("link").click();
    await expect(header(name)).toHaveAttribute("aria-sort", other);
    await expect(keyList(page)).toHaveAttribute("aria-busy", "false");
    await expect.poll(() => values(place), name).toEqual(oneWay.toReversed());
    await header("Created").getByRole("link").click();
    await expect(header("Created")).not.toHaveAttribute("aria-sort", "none");
  }
  await page.goto(`${KEY_LIST}?sort=key&direction=asc`);
  const prefixes = await values(2);
  expect(prefixes).toEqual(prefixes.toSorted());
  await page.goto(`${KEY_LIST}?sort=created&direction=asc`);
  const created = await values(3);
  expect(created).toEqual(created.toSorted());
  // "Never used" is the oldest use: last in descending order, first in ascending order.
  await page.goto(`${KEY_LIST}?sort=lastUsed`);
  await expect(column(page, 4).last()).toHaveText("Never");
  await page.goto(`${KEY_LIST}?sort=lastUsed&direction=asc`);
  await expect(column(page, 4).first()).toHaveText("Never");
});

test("the export has the rows of the view, no key and no formula", async ({ page, user }) => {
  await seedKeys(user.email, 30);
  await change(user.email, "CI smoke tests", { name: "=1+1" });
  await page.goto(`${KEY_LIST}?status=active&sort=name&direction=asc`);
  const href = await page.getByRole("link", { name: "Export CSV" }).getAttribute("href");
  const answer = await page.request.get(String(href));
  expect(answer.headers()["content-disposition"]).toBe('attachment; filename="api-keys.csv"');
  const rows = readCsv(await answer.text());
  const status = (await keyList(page).getByRole("status").textContent()) ?? "";
  const active = Number(/(\d+) keys$/.exec(status)?.[1]);
  expect(rows).toHaveLength(active + 1);
  expect(rows[1]?.[0]).toBe("'=1+1");
  expect(rows[1]?.[1]).toMatch(/^gt_.{4}$/);
  expect(rows.join()).not.toMatch(/gt_[0-9A-Za-z]{5}/);
});

test("an invalid address shows the list, never an error", async ({ page, user }) => {
  await seedKeys(user.email, 2);
  for (const view of [
    "page=-1",
    "page=x",
    "sort=hash",
    "direction=up",
    "status=active&status=revoked",
    "q=%00",
    "q[]=1",
  ]) {
    const answer = await page.goto(`${KEY_LIST}?${view}`);
    expect(answer?.status(), view).toBe(200);
    await expect(rows(page)).toHaveCount(2);
  }
});

test("the old rows stay and are marked busy while a view loads", async ({ page, user }) => {
  await seedKeys(user.email, 5);
  await page.goto(KEY_LIST);
  let letThrough = () => {};
  const held = new Promise<void>((resolve) => {
    letThrough = resolve;
  });
  await page.route(/direction=|sort=/, async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("columnheader", { name: "Name" }).getByRole("link").click();
  await expect(keyList(page)).toHaveAttribute("aria-busy", "true");
  await expect(rows(page)).toHaveCount(5);
  letThrough();
  await expect(keyList(page)).toHaveAttribute("aria-busy", "false");
  await expect(page.getByRole("columnheader", { name: "Name" })).toHaveAttribute("aria-sort", "ascending");
});

test("times are relative, with the exact time and zone in a tooltip, and keys that expire soon are marked", async ({
  page,
  user,
}) => {
  await seedKeys(user.email, 3);
  const createdAt = new Date(Date.now() - 60 * DAY_MS);
  await change(user.email, "Production App", { createdAt, expiresAt: new Date(Date.now() + 3 * DAY_MS) });
  await change(user.email, "iOS app", { createdAt, expiresAt: new Date(Date.now() + 8 * DAY_MS) });
  await change(user.email, "Nightly batch renderer", { expiresAt: new Date(Date.now() - DAY_MS) });
  await page.goto(KEY_LIST);
  await codeRuns(page);
  const row = (name: string) => keyRow(page, name);
  await expect(row("Production App").getByText("Expires soon:")).toBeAttached();
  await expect(row("iOS app").getByText("Expires soon:")).toHaveCount(0);
  await expectRow(page, "Nightly batch renderer", { Status: "Expired" });
  await expect(row("Nightly batch renderer").getByRole("button", { name: "Revoke" })).toHaveCount(0);
  const created = row("iOS app").locator("time").first();
  await expect(created).toHaveAttribute("datetime", /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  await created.hover();
  await expect(page.getByText(/\d{4} at .*(GMT|UTC|CES?T)/).last()).toBeVisible();
});

test("a name stays within its cell in any script", async ({ page, user }) => {
  await seedKeys(user.email, 8);
  await change(user.email, "iOS app", { name: "<img src=x onerror=alert(1)>" });
  await page.goto(KEY_LIST);
  await expect(rows(page).filter({ hasText: "<img src=x onerror=alert(1)>" })).toHaveCount(1);
  await expect(rows(page).locator("bdi[dir=auto]")).toHaveCount(8);
  for (const cell of await rows(page).all()) {
    const fits = await cell.evaluate((element) => element.scrollWidth <= element.clientWidth);
    expect(fits, (await cell.textContent()) ?? "").toBe(true);
  }
});

test.describe("without JavaScript", () => {
  test("the list shows, sorts, searches and pages", async ({ user, openBrowser, context }) => {
    await seedKeys(user.email, 30);
    const reader = await openBrowser({ javaScriptEnabled: false, storageState: await context.storageState() });
    await reader.goto(KEY_LIST);
    await expect(rows(reader)).toHaveCount(25);
    await reader.getByRole("link", { name: "Next page" }).click();
    await expect(rows(reader)).toHaveCount(5);
    await reader.getByRole("columnheader", { name: "Name" }).getByRole("link").click();
    await expect(reader.getByRole("columnheader", { name: "Name" })).toHaveAttribute("aria-sort", "ascending");
    await search(reader).fill("nightly");
    await reader.getByRole("button", { name: "Apply" }).click();
    await expect(rows(reader)).toHaveCount(3);
    await expect(reader.getByText("Creating and changing keys needs JavaScript.")).toBeVisible();
    await expect(createButton(reader)).toBeHidden();
    await reader.getByRole("button", { name: "Sign out" }).click();
    await expect(reader).toHaveURL("/sign-in");
  });
});

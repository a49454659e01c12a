import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes, waitForAnimations } from "#e2e/support/accessibility.ts";
import { catchAction, sendAction } from "#e2e/support/catch-action.ts";
import { readCsv } from "#e2e/support/csv.ts";
import { enlargeText } from "#e2e/support/enlarge-text.ts";
import { clickRowAction, KEY_LIST, keyRow, rows } from "#e2e/support/key-list.ts";
import { layoutProblems } from "#e2e/support/layout-problems.ts";
import { seedKey } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { type Restrictions, restrictionsOf } from "#lib/api-keys/model/restrictions.ts";
import { database } from "#lib/database/client.ts";

const dialog = (page: Page) => page.getByRole("dialog");
const scope = (page: Page) => dialog(page).getByRole("checkbox", { name: "Generate images" });
const networks = (page: Page) => dialog(page).getByLabel("Allowed networks");
const save = (page: Page) => dialog(page).getByRole("button", { name: "Save changes" });

async function openForm(page: Page, name = "Production App"): Promise<void> {
  await clickRowAction(page, name, "Edit permissions");
  await expect(networks(page)).toBeVisible();
}

async function choose(page: Page, access: "Full access" | "Restricted"): Promise<void> {
  await dialog(page).getByText(access, { exact: true }).click();
  await expect(dialog(page).getByRole("radio", { name: access })).toBeChecked();
}

async function read(id: string): Promise<Restrictions> {
  return restrictionsOf(await database().apiKey.findUniqueOrThrow({ where: { id } }));
}

async function addCallers(apiKeyId: string, prefixes: string[]): Promise<void> {
  await database().usageCaller.createMany({
    data: prefixes.map((addressPrefix, i) => ({
      apiKeyId,
      addressPrefix,
      userAgent: "curl/8",
      route: "/api/v1/key",
      lastSeenAt: new Date(Date.now() - i * 60_000),
    })),
  });
}

test("a key is restricted from its row, marked in the list, shown on its page and recorded with old and new values", async ({
  page,
  user,
}) => {
  const { key } = await seedKey(user.email);
  await page.goto(KEY_LIST);
  await openForm(page);
  await expect(dialog(page)).toContainText('Edit permissions of "Production App"');
  await expect(dialog(page).getByRole("radio", { name: "Full access" })).toBeChecked();
  await choose(page, "Restricted");
  await expect(dialog(page).getByText("the key can only read its own details")).toBeVisible();
  await scope(page).check();
  await expect(dialog(page).getByText("the key can only read its own details")).toHaveCount(0);
  await networks(page).fill("203.0.113.0/24\n2001:db8::/32");
  await dialog(page).getByLabel("Requests per minute").fill("10");
  await dialog(page).getByLabel("Credits per month").fill("50");
  await save(page).click();
  await expect(page.getByText('Changed the permissions of "Production App"', { exact: true })).toBeVisible();
  await expect(dialog(page)).toHaveCount(0);
  await expect(keyRow(page, "Production App").getByRole("button", { name: "More actions" })).toBeFocused();
  await expect(keyRow(page, "Production App").getByRole("rowheader")).toContainText(
    "Restricted: 1 permission, 2 networks, 10 requests a minute, 50 credits a month",
  );
  expect(await read(key.id)).toEqual({
    scopes: ["images:write"],
    allowedNetworks: ["203.0.113.0/24", "2001:db8::/32"],
    requestsPerMinute: 10,
    creditsPerMonth: 50,
  });

  await page.goto(`${KEY_LIST}/${key.id}`);
  const section = page.getByRole("region", { name: "Permissions and limits" });
  for (const words of ["Generate images", "203.0.113.0/24", "10", "0 of 50 used this month"])
    await expect(section.getByText(words, { exact: true })).toBeVisible();
  await expect(page.getByRole("region", { name: "Recent activity" })).toContainText(
    "full access → images:write; any network → 203.0.113.0/24, 2001:db8::/32; no request limit → 10 requests a minute; no credit limit → 50 credits a month",
  );
  await expectAccessibleInBothThemes(page);
  const edit = section.getByRole("button", { name: "Edit permissions" });
  await edit.click();
  await expect(scope(page)).toBeChecked();
  await choose(page, "Full access");
  await save(page).click();
  await expect(section.getByText("Full access", { exact: true })).toBeVisible();
  await expect(edit).toBeFocused();
  expect(await read(key.id)).toMatchObject({ scopes: null, requestsPerMinute: 10 });
});

test("the form shows the effect of the networks on recent callers, and a click adds a caller", async ({
  page,
  user,
}) => {
  const { key } = await seedKey(user.email);
  await addCallers(key.id, ["203.0.113.0/24", "198.51.100.0/24", "2001:db8:1::/48"]);
  await page.goto(KEY_LIST);
  await openForm(page);
  await expect(dialog(page).getByText(/of the last 3 callers/)).toHaveCount(0);
  await networks(page).fill("203.0.113.7");
  await expect(
    dialog(page).getByText("Rejects 2, may reject 1 (its network only overlaps), of the last 3 callers."),
  ).toBeVisible();
  for (const caller of ["203.0.113.0/24", "198.51.100.0/24", "2001:db8:1::/48"]) {
    await dialog(page)
      .getByRole("button", { name: `Add ${caller}` })
      .click();
    await expect(networks(page)).toBeFocused();
  }
  await expect(dialog(page).getByText("Accepts all of the last 3 callers.")).toBeVisible();
  await expect(networks(page)).toHaveValue("203.0.113.7\n203.0.113.0/24\n198.51.100.0/24\n2001:db8:1::/48");
  await expectAccessibleInBothThemes(page);
});

test("the form warns of a single private caller and of a range that allows every address", async ({ page, user }) => {
  const { key } = await seedKey(user.email);
  await addCallers(key.id, ["10.1.2.0/24"]);
  await page.goto(KEY_LIST);
  await openForm(page);
  await dialog(page).getByRole("button", { name: "Add 10.1.2.0/24" }).click();
  await expect(
    dialog(page).getByText(/All recent requests came from 10\.1\.2\.0\/24, a private network/),
  ).toBeVisible();
  await networks(page).fill("0.0.0.0/0");
  await expect(dialog(page).getByText("0.0.0.0/0 allows every IPv4 address.")).toBeVisible();
  await dialog(page).getByLabel("Requests per minute").fill("21");
  await expect(dialog(page).getByText("Your account's limit is lower: 20 for all keys combined.")).toBeVisible();
  await expectAccessibleInBothThemes(page);
});

test("errors are next to their fields, typed text stays, and a click corrects a range", async ({ page, user }) => {
  const { key } = await seedKey(user.email);
  await page.goto(KEY_LIST);
  await openForm(page);
  await networks(page).fill("203.0.113.5/24");
  await dialog(page).getByLabel("Requests per minute").fill("0");
  await dialog(page).getByLabel("Credits per month").fill("2147483648");
  await save(page).click();
  await expect(
    dialog(page).getByText(/has host bits after the \/24 prefix\. Use 203\.0\.113\.0\/24 instead\./),
  ).toBeVisible();
  await expect(dialog(page).getByText("Enter a whole number from 1 to 2,147,483,647")).toBeVisible();
  await expect(dialog(page).getByText("Enter a whole number from 0 to 2,147,483,647")).toBeVisible();
  await expect(networks(page)).toBeFocused();
  await expect(networks(page)).toHaveAccessibleDescription(/Use 203\.0\.113\.0\/24/);
  await expectAccessibleInBothThemes(page);
  await dialog(page).getByRole("button", { name: "Correct the range" }).click();
  await expect(networks(page)).toHaveValue("203.0.113.0/24");
  await expect(dialog(page).getByLabel("Credits per month")).toHaveValue("2147483648");
  await dialog(page).getByLabel("Requests per minute").fill("1");
  await dialog(page).getByLabel("Credits per month").fill("0");
  await save(page).click();
  await expect(dialog(page)).toHaveCount(0);
  const allowedNetworks = ["203.0.113.0/24"];
  expect(await read(key.id)).toEqual({ scopes: null, allowedNetworks, requestsPerMinute: 1, creditsPerMonth: 0 });
});

test("a permission that no longer exists is marked and can be removed", async ({ page, user }) => {
  const { key } = await seedKey(user.email);
  await database().apiKey.update({ where: { id: key.id }, data: { scopes: "gone:read images:write" } });
  await page.goto(KEY_LIST);
  await page.getByText("Key health: 1 suggestion").click();
  await page.getByRole("link", { name: "Edit permissions of 1 key" }).click();
  await expect(page.getByText("1 key has a permission that no longer exists.")).toBeVisible();
  await openForm(page);
  const gone = dialog(page).getByRole("checkbox", { name: "gone:read" });
  await expect(gone).toHaveAccessibleDescription(/no longer exists/);
  await gone.uncheck();
  await save(page).click();
  await expect(page.getByText("No keys are left in this view.")).toBeVisible();
  expect(await read(key.id)).toMatchObject({ scopes: ["images:write"] });
});

test("the whole form works by keyboard", async ({ page, user }) => {
  const { key } = await seedKey(user.email);
  await page.goto(KEY_LIST);
  await openForm(page);
  await dialog(page).getByRole("radio", { name: "Full access" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(dialog(page).getByRole("radio", { name: "Restricted" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(scope(page)).toBeFocused();
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await expect(networks(page)).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.type("7");
  await page.keyboard.press("Enter");
  await expect(dialog(page)).toHaveCount(0);
  await expect.poll(() => read(key.id)).toMatchObject({ scopes: ["images:write"], requestsPerMinute: 7 });
});

test("the list and the export can be filtered by restricted and unrestricted keys", async ({ page, user }) => {
  const { key } = await seedKey(user.email);
  await seedKey(user.email);
  const data = { name: "Narrow", scopes: "", allowedNetworks: "192.0.2.0/24", creditsPerMonth: 0 };
  await database().apiKey.update({ where: { id: key.id }, data });
  await page.goto(KEY_LIST);
  for (const [filter, names] of [
    ["Restricted", ["Narrow"]],
    ["Not restricted", ["Production App"]],
  ] as const) {
    await page.getByRole("link", { name: filter, exact: true }).click();
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page)).toContainText(names);
    const href = await page.getByRole("link", { name: "Export CSV" }).getAttribute("href");
    const [head = [], ...lines] = readCsv(await (await page.request.get(String(href))).text());
    const columns = ["permissions", "allowed networks", "requests per minute", "credits per month"];
    const cells = lines.map((line) => columns.map((column) => line[head.indexOf(column)]));
    expect(cells).toEqual([filter === "Restricted" ? ["none", "192.0.2.0/24", "", "0"] : ["*", "", "", ""]]);
  }
});

test("Bob can neither change the restrictions of Ada's key nor read its callers", async ({
  page: ada,
  user,
  asAnotherUser,
  openBrowser,
}) => {
  const [bob, visitor] = [await asAnotherUser(), await openBrowser()];
  const { key } = await seedKey(user.email);
  await addCallers(key.id, ["198.51.100.0/24"]);
  await ada.goto(KEY_LIST);
  const asked = ada.waitForRequest((request) => "next-action" in request.headers());
  await openForm(ada);
  const choices = await asked;
  expect(await (await sendAction(ada, choices)).text()).toContain("198.51.100.0/24");
  for (const page of [bob, visitor])
    expect(await (await sendAction(page, choices)).text()).not.toContain("198.51.100.0/24");

  await dialog(ada).getByLabel("Requests per minute").fill("3");
  const request = await catchAction(ada, KEY_LIST, () => save(ada).click());
  expect(await (await sendAction(bob, request)).text()).toContain('"error":"not_found"');
  expect(await (await sendAction(visitor, request)).text()).not.toContain('"ok":true');
  expect(await read(key.id)).toMatchObject({ requestsPerMinute: null });
  const widest = (request.postData() ?? "").replace('"scopes":null', '"scopes":["gone:read"]');
  expect(await (await sendAction(ada, request, widest)).text()).toContain('"error":"unknown_scope"');
  const huge = (request.postData() ?? "").replace('"requestsPerMinute":3', '"requestsPerMinute":2147483648');
  expect(await (await sendAction(ada, request, huge)).text()).toContain('"error":"invalid"');
  expect(await (await sendAction(ada, request)).text()).toContain('"ok":true');
  expect(await read(key.id)).toMatchObject({ requestsPerMinute: 3 });
});

for (const { name, viewport, text } of [
  { name: "320 px", viewport: { width: 320, height: 640 }, text: "100%" },
  { name: "375 px and text of 200 %", viewport: { width: 375, height: 812 }, text: "200%" },
])
  test.describe(name, () => {
    test.use({ viewport });
    test("nothing in the form scrolls sideways, overlaps or is cut off", async ({ page, user }) => {
      const { key } = await seedKey(user.email);
      await addCallers(key.id, ["203.0.113.0/24", "2001:db8:1234::/48"]);
      await page.goto(KEY_LIST);
      await enlargeText(page, text);
      await openForm(page);
      await choose(page, "Restricted");
      await networks(page).fill("203.0.113.7");
      await waitForAnimations(page);
      expect(await layoutProblems(page)).toEqual([]);
    });
  });

import type { Page, Request } from "playwright/test";
import { catchAction, sendAction } from "#e2e/support/catch-action.ts";
import { readCsv } from "#e2e/support/csv.ts";
import { apiStatus, clickRowAction, closeNewKey, createKey, expectRow, KEY_LIST } from "#e2e/support/key-list.ts";
import { expect, test } from "#e2e/support/user.ts";
import { awayFromMidnight } from "#e2e/support/utc-day.ts";

const NO_KEY = "00000000-0000-7000-8000-000000000000";

/** Sends a caught request in the session of `page` with another key's id. Returns its answer. */
async function send(page: Page, request: Request, own: string, id: string) {
  const answer = await sendAction(page, request, (request.postData() ?? "").replaceAll(own, id));
  const [result] = /\{"ok":(?:true|false)[^}]*\}/.exec(await answer.text()) ?? [];
  // The time of the reading differs.
  return { status: answer.status(), result: result?.replace(/"(at|deletedAt)":"[^"]*"/, "") };
}

const idIn = (request: Request) =>
  /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(request.postData() ?? "")?.[0] ?? "no id";

type Press = (page: Page) => Promise<void>;

async function rotate(page: Page): Promise<void> {
  await clickRowAction(page, "Ada's key", "Rotate");
  await page.getByRole("button", { name: "Rotate key" }).click();
}

/** The steps that lead to the request of each action, and the steps before. */
const OPERATIONS: Record<string, Press | { before: Press; press: Press }> = {
  revoke: async (page) => {
    await page.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("button", { name: "Revoke key" }).click();
  },
  rename: async (page) => {
    await clickRowAction(page, "Ada's key", "Rename");
    await page.getByRole("textbox", { name: "Name" }).fill("Renamed");
    await page.keyboard.press("Enter");
  },
  rotate,
  extend: {
    before: async (page) => {
      await rotate(page);
      await closeNewKey(page);
    },
    press: async (page) => {
      await clickRowAction(page, "Old key", "Extend");
      await page.getByRole("button", { name: "Extend", exact: true }).click();
    },
  },
  "edit expiry": async (page) => {
    await clickRowAction(page, "Ada's key", "Edit expiry");
    await page.getByLabel("Expires").selectOption("30d");
    await page.getByRole("button", { name: "Save expiry" }).click();
  },
  disable: async (page) => {
    await clickRowAction(page, "Ada's key", "Disable");
    await page.getByRole("button", { name: "Disable key" }).click();
  },
  delete: async (page) => {
    await clickRowAction(page, "Ada's key", "Delete");
    await page.getByRole("button", { name: "Revoke and delete" }).click();
  },
};

for (const [name, operation] of Object.entries(OPERATIONS)) {
  const { before, press } = typeof operation === "function" ? { before: undefined, press: operation } : operation;
  test(`${name}: Ada succeeds, Bob gets the answer for an unknown key, and a visitor is sent to sign in`, async ({
    page: ada,
    user: _,
    asAnotherUser,
    openBrowser,
  }) => {
    const [bob, visitor] = [await asAnotherUser(), await openBrowser()];
    await ada.goto(KEY_LIST);
    const secret = await createKey(ada, "Ada's key");
    await expectRow(ada, "Ada's key");
    const works = async () => (await ada.request.get("/api/v1/key", { headers: { "x-api-key": secret } })).json();

    await before?.(ada);
    const request = await catchAction(ada, KEY_LIST, () => press(ada));
    const id = idIn(request);
    const blocked = await send(bob, request, id, id);
    expect(blocked).toEqual(await send(bob, request, id, NO_KEY));
    expect(blocked.result).toContain('"error":"not_found"');
    expect((await send(visitor, request, id, id)).result).toBeUndefined();
    expect(await works()).toMatchObject({ name: "Ada's key", status: "active" });
    expect((await send(ada, request, id, id)).result).toContain('"ok":true');
  });
}

for (const change of ["Revoke", "Disable", "Delete"]) {
  test(`${change} many: another user's keys in a selection count as unknown`, async ({
    page: ada,
    user: _,
    asAnotherUser,
    openBrowser,
  }) => {
    const [bob, visitor] = [await asAnotherUser(), await openBrowser()];
    await ada.goto(KEY_LIST);
    const secret = await createKey(ada, "Ada's key");
    await ada.getByRole("checkbox", { name: "Select Ada's key" }).check();
    const summary = ada.waitForRequest((request) => "next-action" in request.headers());
    await ada.getByRole("region", { name: "Selected keys" }).getByRole("button", { name: change }).click();
    await expect(ada.getByText("It is active.")).toBeVisible();
    const request = await catchAction(ada, KEY_LIST, () =>
      ada.getByRole("button", { name: `${change} key`, exact: true }).click(),
    );
    const id = idIn(request);
    for (const [each, blocked] of [
      [await summary, /"active":0/],
      [request, /"keys":0/],
    ] as const) {
      const told = await send(bob, each, id, id);
      expect(told).toEqual(await send(bob, each, id, NO_KEY));
      expect(told.result).toMatch(blocked);
      expect((await send(visitor, each, id, id)).result).toBeUndefined();
    }
    expect(await apiStatus(ada, secret)).toBe(200);
    expect((await send(ada, request, id, id)).result).toContain('"keys":1');
    expect(await apiStatus(ada, secret)).toBe(401);
  });
}

test("Bob can't enable a key that Ada has disabled", async ({ page: ada, user: _, asAnotherUser }) => {
  const bob = await asAnotherUser();
  await ada.goto(KEY_LIST);
  const secret = await createKey(ada, "Ada's key");
  await clickRowAction(ada, "Ada's key", "Disable");
  await ada.getByRole("button", { name: "Disable key" }).click();
  await expectRow(ada, "Ada's key", { Status: "Disabled" });
  await clickRowAction(ada, "Ada's key", "Enable");
  const request = await catchAction(ada, KEY_LIST, () => ada.getByRole("button", { name: "Enable key" }).click());
  const id = idIn(request);
  const blocked = await send(bob, request, id, id);
  expect(blocked).toEqual(await send(bob, request, id, NO_KEY));
  expect(blocked.result).toContain('"error":"not_found"');
  expect(await apiStatus(ada, secret)).toBe(401);
  expect((await send(ada, request, id, id)).result).toContain('"ok":true');
  expect(await apiStatus(ada, secret)).toBe(200);
});

test("a pasted key is found by its owner and unknown to other users", async ({
  page: ada,
  user: _,
  asAnotherUser,
  openBrowser,
}) => {
  const [bob, visitor] = [await asAnotherUser(), await openBrowser()];
  await ada.goto(KEY_LIST);
  const secret = await createKey(ada, "Ada's key");
  const asked = ada.waitForRequest((request) => "next-action" in request.headers());
  await ada.getByRole("searchbox", { name: "Search" }).fill(secret);
  const request = await asked;
  const hash = /[0-9a-f]{64}/.exec(request.postData() ?? "")?.[0] ?? "no hash";
  const ask = async (page: Page, wanted: string) =>
    (await sendAction(page, request, (request.postData() ?? "").replace(hash, wanted))).text();
  expect(await ask(ada, hash)).toContain("Ada's key");
  for (const wanted of [hash, "0".repeat(64)]) expect(await ask(bob, wanted)).toContain('{"ok":true,"value":null}');
  expect(await ask(visitor, hash)).not.toContain("Ada's key");
});

test("the list and its search show only the user's own keys", async ({ page: ada, user: _, asAnotherUser }) => {
  await ada.goto(KEY_LIST);
  const secret = await createKey(ada, "Only Ada's");
  const bob = await asAnotherUser();
  await createKey(bob, "Only Bob's");
  for (const view of ["", "?q=Only", `?q=${secret.slice(0, 7)}`]) {
    await bob.goto(`${KEY_LIST}${view}`);
    await expect(bob.getByRole("heading", { name: "Developer Settings" })).toBeVisible();
    expect(await bob.content(), view).not.toContain("Only Ada's");
  }
});

test("pages and exports of keys, usage and activity show users only their own data and send a visitor to sign in", async ({
  page: ada,
  user: _,
  asAnotherUser,
  openBrowser,
}) => {
  const [bob, visitor] = [await asAnotherUser(), await openBrowser()];
  await ada.goto(KEY_LIST);
  const users = [
    { page: ada, key: "Only Ada", id: "" },
    { page: bob, key: "Only Bob", id: "" },
  ];
  await awayFromMidnight();
  for (const user of users) {
    const secret = await createKey(user.page, user.key);
    // The ledger and the usage now name the key.
    const headers = { "x-api-key": secret };
    expect((await user.page.request.get("/api/v1/auth?cost=7", { headers })).status()).toBe(204);
    const file = await (await user.page.request.get("/settings/developer/export")).text();
    const [head = [], row = []] = readCsv(file);
    user.id = row[head.indexOf("id")] ?? "no id";
  }
  const today = new Date().toISOString().slice(0, 10);
  const [adas, bobs] = users.map(({ id }) => `/settings/usage/${today}/${id}`) as [string, string];
  for (const [page, path, status] of [
    [ada, adas, 200],
    [bob, bobs, 200],
    [ada, bobs, 404],
    [bob, adas, 404],
    [visitor, adas, 307],
  ] as const)
    expect((await page.request.get(path, { maxRedirects: 0 })).status(), path).toBe(status);
  for (const path of [
    "/settings/developer/export",
    "/settings/developer/export?q=Only",
    "/settings/usage",
    "/settings/usage?days=90&ledger=later_2099-01-01_ffffffff-ffff-ffff-ffff-ffffffffffff",
    "/settings/usage/export",
    "/settings/activity",
    "/settings/activity?about=api_key",
    "/settings/activity/export",
  ]) {
    for (const user of users) {
      const answer = await user.page.request.get(path);
      expect(answer.status(), path).toBe(200);
      const text = await answer.text();
      expect(text, path).toContain(user.key);
      for (const { key, id } of users.filter((other) => other !== user)) {
        expect(text, path).not.toContain(key);
        expect(text, path).not.toContain(id);
      }
    }
    const rejected = await visitor.request.get(path, { maxRedirects: 0 });
    expect(rejected.status(), path).toBe(307);
    expect(rejected.headers().location, path).toMatch(/^\/sign-in/);
    expect(await rejected.text(), path).not.toContain("Only");
  }
});

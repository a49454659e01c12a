import type { Browser, Page, Request } from "playwright/test";
import { catchAction } from "#e2e/support/catch-action.ts";
import { readCsv } from "#e2e/support/csv.ts";
import { expect, newUser, signUp, test } from "#e2e/support/user.ts";

const NO_KEY = "00000000-0000-7000-8000-000000000000";
const HOME = "/settings/developer";

/** Bob, who has an account of his own, and somebody who has none. */
async function strangersOf(browser: Browser, baseURL: string | undefined, address: string) {
  const options = { baseURL: String(baseURL), extraHTTPHeaders: { "x-forwarded-for": address } };
  const [bobs, nobodys] = await Promise.all([browser.newContext(options), browser.newContext(options)]);
  const [bob, nobody] = await Promise.all([bobs.newPage(), nobodys.newPage()]);
  await signUp(bob, newUser("Bob"));
  return { bob, nobody, leave: () => Promise.all([bobs.close(), nobodys.close()]) };
}

async function createKey(page: Page, name: string): Promise<string> {
  await page.getByRole("button", { name: "Create New API Key" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Create key" }).click();
  const secret = await page.getByRole("textbox", { name: "API key" }).inputValue();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Close anyway" }).click();
  return secret;
}

/** Sends a caught request as `page`'s user, with `id` in the place of the key's own; returns what the action answered. */
async function send(page: Page, request: Request, own: string, id: string) {
  const { "next-action": action = "", "content-type": type = "" } = request.headers();
  const answer = await page.request.post(HOME, {
    headers: { "next-action": action, "content-type": type, origin: new URL(request.url()).origin },
    data: (request.postData() ?? "").replaceAll(own, id),
    maxRedirects: 0,
  });
  const text = await answer.text();
  const [result] = /\{"ok":(?:true|false)[^}]*\}/.exec(text) ?? [];
  // When it was read differs.
  return { status: answer.status(), result: result?.replace(/"at":"[^"]*"/, "") };
}

type Press = (page: Page) => Promise<void>;

async function rotate(page: Page): Promise<void> {
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Rotate" }).click();
  await page.getByRole("button", { name: "Rotate key" }).click();
}

/** What leads to each action's request, and what must be done before it. */
const OPERATIONS: Record<string, Press | { before: Press; press: Press }> = {
  revoke: async (page) => {
    await page.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("button", { name: "Revoke key" }).click();
  },
  rename: async (page) => {
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Renamed");
    await page.keyboard.press("Enter");
  },
  rotate,
  extend: {
    before: async (page) => {
      await rotate(page);
      await page.getByRole("button", { name: "Done" }).click();
      await page.getByRole("button", { name: "Close anyway" }).click();
    },
    press: async (page) => {
      const old = page.getByRole("row").filter({ has: page.getByText("Old key", { exact: true }) });
      await old.getByRole("button", { name: "More actions" }).click();
      await page.getByRole("menuitem", { name: "Extend" }).click();
      await page.getByRole("button", { name: "Extend", exact: true }).click();
    },
  },
  delete: async (page) => {
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Revoke and delete" }).click();
  },
};

for (const [name, operation] of Object.entries(OPERATIONS)) {
  const { before, press } = typeof operation === "function" ? { before: undefined, press: operation } : operation;
  test(`${name}: Ada may, Bob is told what he'd be told of no key, and nobody at all is sent to sign in`, async ({
    page: ada,
    user: _,
    browser,
    baseURL,
    address,
  }) => {
    const { bob, nobody, leave } = await strangersOf(browser, baseURL, address);
    const secret = await createKey(ada, "Ada's key");
    await expect(ada.getByRole("row").filter({ hasText: "Ada's key" })).toBeVisible();
    const works = async () => (await ada.request.get("/api/v1/key", { headers: { "x-api-key": secret } })).json();

    await before?.(ada);
    const request = await catchAction(ada, HOME, () => press(ada));
    const id = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(request.postData() ?? "")?.[0] ?? "no id";
    const blocked = await send(bob, request, id, id);
    expect(blocked).toEqual(await send(bob, request, id, NO_KEY));
    expect(blocked.result).toContain('"error":"not_found"');
    expect((await send(nobody, request, id, id)).result).toBeUndefined();
    expect(await works()).toMatchObject({ name: "Ada's key", status: "active" });
    expect((await send(ada, request, id, id)).result).toContain('"ok":true');
    await leave();
  });
}

for (const change of ["Revoke", "Delete"]) {
  test(`${change} many: another's keys in a selection are as if they did not exist`, async ({
    page: ada,
    user: _,
    browser,
    baseURL,
    address,
  }) => {
    const { bob, nobody, leave } = await strangersOf(browser, baseURL, address);
    const secret = await createKey(ada, "Ada's key");
    await ada.getByRole("checkbox", { name: "Select Ada's key" }).check();
    const evidence = ada.waitForRequest((request) => "next-action" in request.headers());
    await ada.getByRole("region", { name: "Selected keys" }).getByRole("button", { name: change }).click();
    await expect(ada.getByText("It is active.")).toBeVisible();
    const request = await catchAction(ada, HOME, () =>
      ada.getByRole("button", { name: `${change} key`, exact: true }).click(),
    );
    const id = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(request.postData() ?? "")?.[0] ?? "no id";
    for (const [each, blocked] of [
      [await evidence, /"active":0/],
      [request, /"keys":0/],
    ] as const) {
      const told = await send(bob, each, id, id);
      expect(told).toEqual(await send(bob, each, id, NO_KEY));
      expect(told.result).toMatch(blocked);
      expect((await send(nobody, each, id, id)).result).toBeUndefined();
    }
    expect((await ada.request.get("/api/v1/key", { headers: { "x-api-key": secret } })).status()).toBe(200);
    expect((await send(ada, request, id, id)).result).toContain('"keys":1');
    expect((await ada.request.get("/api/v1/key", { headers: { "x-api-key": secret } })).status()).toBe(401);
    await leave();
  });
}

test("a pasted key is found by its owner, and is unknown to everybody else", async ({
  page: ada,
  user: _,
  browser,
  baseURL,
  address,
}) => {
  const { bob, nobody, leave } = await strangersOf(browser, baseURL, address);
  const secret = await createKey(ada, "Ada's key");
  const asked = ada.waitForRequest((request) => "next-action" in request.headers());
  await ada.getByRole("searchbox", { name: "Search" }).fill(secret);
  const request = await asked;
  const hash = /[0-9a-f]{64}/.exec(request.postData() ?? "")?.[0] ?? "no hash";
  const { "next-action": action = "", "content-type": type = "" } = request.headers();
  const ask = async (page: Page, wanted: string) => {
    const answer = await page.request.post(HOME, {
      headers: { "next-action": action, "content-type": type, origin: new URL(request.url()).origin },
      data: (request.postData() ?? "").replace(hash, wanted),
      maxRedirects: 0,
    });
    return answer.text();
  };
  expect(await ask(ada, hash)).toContain("Ada's key");
  for (const wanted of [hash, "0".repeat(64)]) expect(await ask(bob, wanted)).toContain('{"ok":true,"value":null}');
  expect(await ask(nobody, hash)).not.toContain("Ada's key");
  await leave();
});

test("the list shows one's own keys only, also to a search for another's", async ({
  page: ada,
  user: _,
  browser,
  baseURL,
  address,
}) => {
  const secret = await createKey(ada, "Only Ada's");
  const { bob, leave } = await strangersOf(browser, baseURL, address);
  await createKey(bob, "Only Bob's");
  for (const view of ["", "?q=Only", `?q=${secret.slice(0, 7)}`]) {
    await bob.goto(`${HOME}${view}`);
    await expect(bob.getByRole("heading", { name: "Developer Settings" })).toBeVisible();
    expect(await bob.content(), view).not.toContain("Only Ada's");
  }
  await leave();
});

test("pages and files of keys, usage and activity: Ada sees what is hers, Bob what is his, and nobody is sent to sign in", async ({
  page: ada,
  user: _,
  browser,
  baseURL,
  address,
}) => {
  const { bob, nobody, leave } = await strangersOf(browser, baseURL, address);
  const people = [
    { page: ada, key: "Only Ada", id: "" },
    { page: bob, key: "Only Bob", id: "" },
  ];
  for (const user of people) {
    const secret = await createKey(user.page, user.key);
    // So that the ledger and the usage name the key.
    const headers = { "x-api-key": secret };
    expect((await user.page.request.get("/api/v1/auth?cost=7", { headers })).status()).toBe(204);
    const file = await (await user.page.request.get("/settings/developer/export")).text();
    user.id = readCsv(file).at(-1)?.at(-1) ?? "no id";
  }
  const today = new Date().toISOString().slice(0, 10);
  const [adas, bobs] = people.map(({ id }) => `/settings/usage/${today}/${id}`) as [string, string];
  for (const [page, path, status] of [
    [ada, adas, 200],
    [bob, bobs, 200],
    [ada, bobs, 404],
    [bob, adas, 404],
    [nobody, adas, 307],
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
    for (const user of people) {
      const answer = await user.page.request.get(path);
      expect(answer.status(), path).toBe(200);
      const text = await answer.text();
      expect(text, path).toContain(user.key);
      for (const { key, id } of people.filter((other) => other !== user)) {
        expect(text, path).not.toContain(key);
        expect(text, path).not.toContain(id);
      }
    }
    const refused = await nobody.request.get(path, { maxRedirects: 0 });
    expect(refused.status(), path).toBe(307);
    expect(refused.headers().location, path).toMatch(/^\/sign-in/);
    expect(await refused.text(), path).not.toContain("Only");
  }
  await leave();
});

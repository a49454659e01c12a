import type { Page, Request } from "playwright/test";
import { catchAction } from "#e2e/catch-action.ts";
import { expect, newPerson, signUp, test } from "#e2e/person.ts";

const NO_KEY = "00000000-0000-7000-8000-000000000000";
const HOME = "/settings/developer";

async function createKey(page: Page, name: string): Promise<string> {
  await page.getByRole("button", { name: "Create New API Key" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Create key" }).click();
  const secret = await page.getByRole("textbox", { name: "API key" }).inputValue();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Close anyway" }).click();
  return secret;
}

/** Sends a caught request as `page`'s person, with `id` in the place of the key's own; returns what the action answered. */
async function send(page: Page, request: Request, own: string, id: string) {
  const { "next-action": action = "", "content-type": type = "" } = request.headers();
  const answer = await page.request.post(HOME, {
    headers: { "next-action": action, "content-type": type, origin: new URL(request.url()).origin },
    data: (request.postData() ?? "").replaceAll(own, id),
    maxRedirects: 0,
  });
  const text = await answer.text();
  return { status: answer.status(), result: /\{"ok":(?:true|false)[^}]*\}|"keys":\d+,"active"[^}]*\}/.exec(text)?.[0] };
}

const OPERATIONS = {
  revoke: async (page: Page) => {
    await page.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("button", { name: "Revoke key" }).click();
  },
  rename: async (page: Page) => {
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Renamed");
    await page.keyboard.press("Enter");
  },
  rotate: async (page: Page) => {
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Rotate" }).click();
    await page.getByRole("button", { name: "Rotate key" }).click();
  },
  delete: async (page: Page) => {
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Revoke and delete" }).click();
  },
};

for (const [name, press] of Object.entries(OPERATIONS)) {
  test(`${name}: Ada may, Bob is told what he'd be told of no key, and nobody at all is sent to sign in`, async ({
    page: ada,
    person: _,
    browser,
    baseURL,
    address,
  }) => {
    const options = { baseURL: String(baseURL), extraHTTPHeaders: { "x-forwarded-for": address } };
    const [bobs, nobodys] = await Promise.all([browser.newContext(options), browser.newContext(options)]);
    const [bob, nobody] = await Promise.all([bobs.newPage(), nobodys.newPage()]);
    await signUp(bob, newPerson("Bob"));
    const secret = await createKey(ada, "Ada's key");
    await expect(ada.getByRole("row").filter({ hasText: "Ada's key" })).toBeVisible();
    const works = async () => (await ada.request.get("/api/v1/key", { headers: { "x-api-key": secret } })).json();

    const request = await catchAction(ada, HOME, () => press(ada));
    const id = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(request.postData() ?? "")?.[0] ?? "no id";
    const blocked = await send(bob, request, id, id);
    expect(blocked).toEqual(await send(bob, request, id, NO_KEY));
    expect(blocked.result).toContain('"error":"not_found"');
    expect((await send(nobody, request, id, id)).result).toBeUndefined();
    expect(await works()).toMatchObject({ name: "Ada's key", status: "active" });
    expect((await send(ada, request, id, id)).result).toContain('"ok":true');
    await Promise.all([bobs.close(), nobodys.close()]);
  });
}

for (const change of ["Revoke", "Delete"]) {
  test(`${change} many: another's keys in a selection are as if they did not exist`, async ({
    page: ada,
    person: _,
    browser,
    baseURL,
    address,
  }) => {
    const options = { baseURL: String(baseURL), extraHTTPHeaders: { "x-forwarded-for": address } };
    const [bobs, nobodys] = await Promise.all([browser.newContext(options), browser.newContext(options)]);
    const [bob, nobody] = await Promise.all([bobs.newPage(), nobodys.newPage()]);
    await signUp(bob, newPerson("Bob"));
    const secret = await createKey(ada, "Ada's key");
    await ada.getByRole("checkbox", { name: "Select Ada's key" }).check();
    const evidence = ada.waitForRequest((request) => "next-action" in request.headers());
    await ada.getByRole("region", { name: "Selected keys" }).getByRole("button", { name: change }).click();
    await expect(ada.getByText("All of them are active.")).toBeVisible();
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
    await Promise.all([bobs.close(), nobodys.close()]);
  });
}

test("the list shows one's own keys only, also to a search for another's", async ({
  page: ada,
  person: _,
  browser,
  baseURL,
  address,
}) => {
  const secret = await createKey(ada, "Only Ada's");
  const bobs = await browser.newContext({ baseURL: String(baseURL), extraHTTPHeaders: { "x-forwarded-for": address } });
  const bob = await bobs.newPage();
  await signUp(bob, newPerson("Bob"));
  await createKey(bob, "Only Bob's");
  for (const view of ["", "?q=Only", `?q=${secret.slice(0, 7)}`]) {
    await bob.goto(`${HOME}${view}`);
    await expect(bob.getByRole("heading", { name: "Developer Settings" })).toBeVisible();
    expect(await bob.content(), view).not.toContain("Only Ada's");
  }
  await bobs.close();
});

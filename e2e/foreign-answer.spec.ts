import type { RequestListener } from "node:http";
import type { Page } from "playwright/test";
import { startInterceptor } from "#e2e/support/interceptor.ts";
import { fillInNewKey, KEY_LIST, newKeyField } from "#e2e/support/key-list.ts";
import { test as base, expect, type User } from "#e2e/support/user.ts";
import { codeRuns } from "#e2e/support/without-code.ts";

const alert = (page: Page) => page.getByRole("alert").filter({ hasText: "There is a new version" });
const nameField = (page: Page) => page.getByRole("textbox", { name: "Name" });

/** Answers of what stands between a browser and the server. */
const ANSWERS: Record<string, RequestListener> = {
  "a 502 page of a proxy": (_, response) =>
    response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad</h1>"),
  "a captive portal's 200": (_, response) =>
    response.writeHead(200, { "content-type": "text/html" }).end("<h1>Welcome to our hotel</h1>"),
  "403": (_, response) => response.writeHead(403, { "content-type": "text/plain" }).end("Forbidden"),
  "409": (_, response) => response.writeHead(409, { "content-type": "text/plain; charset=utf-8" }).end("Conflict"),
  "413": (_, response) => response.writeHead(413, { "content-type": "text/plain" }).end("Too large"),
};

const test = base.extend<{ interceptor: Awaited<ReturnType<typeof startInterceptor>> }>({
  interceptor: async ({ browserName: _ }, use) => {
    const interceptor = await startInterceptor(`http://127.0.0.1:${process.env.E2E_PORT}`);
    await use(interceptor);
    await interceptor.close();
  },
  baseURL: ({ interceptor }, use) => use(interceptor.url),
});

for (const [name, answer] of Object.entries(ANSWERS))
  test(`${name} is reported as a new version, and nothing typed is lost`, async ({
    page,
    user,
    interceptor,
    openBrowser,
  }) => {
    await page.goto(KEY_LIST);
    await fillInNewKey(page, "Kept");
    const visitor = await fillInSignIn(await openBrowser(), user);
    interceptor.answerWith(answer);
    await page.getByRole("button", { name: "Create key" }).click();
    await expect(alert(page)).toBeVisible();
    await expect(nameField(page)).toHaveValue("Kept");
    await visitor.getByRole("button", { name: "Sign in" }).click();
    await expect(alert(visitor)).toBeVisible();
    await expect(visitor.getByLabel("Email")).toHaveValue(user.email);
  });

test("a missing answer is reported as such, and the next try succeeds", async ({
  page,
  user,
  interceptor,
  openBrowser,
}) => {
  await page.goto(KEY_LIST);
  await fillInNewKey(page, "Kept");
  const visitor = await fillInSignIn(await openBrowser(), user);
  interceptor.answerWith((request) => request.socket.destroy());
  for (const [tab, button] of [
    [page, "Create key"],
    [visitor, "Sign in"],
  ] as const) {
    await tab.getByRole("button", { name: button }).click();
    await expect(tab.getByRole("alert").filter({ hasText: "could not be reached" })).toBeVisible();
  }
  interceptor.answerWith(undefined);
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(newKeyField(page)).toBeVisible();
  await visitor.getByRole("button", { name: "Sign in" }).click();
  await visitor.waitForURL(KEY_LIST);
});

/** Types everything that signing in needs. */
async function fillInSignIn(page: Page, { email, password }: User): Promise<Page> {
  await page.goto("/sign-in");
  await codeRuns(page);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  return page;
}

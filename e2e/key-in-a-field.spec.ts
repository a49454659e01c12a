import type { Page } from "playwright/test";
import { requestExamples } from "#components/request-examples/request-examples.ts";
import { expectAccessible } from "#e2e/support/accessibility.ts";
import { KEY_LIST, search } from "#e2e/support/key-list.ts";
import { paste } from "#e2e/support/paste.ts";
import { seedKey, seedKeys } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";

const LOGS = "/settings/logs";

const requestId = (page: Page) => page.getByRole("textbox", { name: "Request ID" });

/** Collects everything that the page sends from now on, as text. */
function watch(page: Page): string[] {
  const asked: string[] = [];
  page.on("request", (request) =>
    asked.push(request.url(), request.postData() ?? "", JSON.stringify(request.headers())),
  );
  return asked;
}

for (const language of ["cURL", "Python", "JavaScript", "Go"] as const) {
  test(`a key is found in a pasted ${language} example, and nothing of it is sent`, async ({ page, user, baseURL }) => {
    const { secret } = await seedKey(user.email);
    await page.goto(KEY_LIST);
    const asked = watch(page);
    await paste(search(page), requestExamples({ baseUrl: String(baseURL), apiKey: secret })[language]);
    await expect(page.getByRole("region", { name: "The key you pasted" })).toContainText("Production App");
    await expect(search(page)).toHaveValue("");
    await expect(page).toHaveURL(KEY_LIST);
    expect(asked.join("\n")).not.toContain(secret.slice(4, 16));
  });
}

test("a key is found before another line, and a part of a key is cleared as well", async ({ page, user }) => {
  const { secret } = await seedKey(user.email);
  await page.goto(KEY_LIST);
  const asked = watch(page);
  await paste(search(page), `${secret}\nPORT=3000`);
  await expect(page.getByRole("region", { name: "The key you pasted" })).toContainText("Production App");
  await page.reload();
  // A browser whose field drops the line break has the whole text only in the event.
  await expect(async () => {
    await search(page).evaluate((field, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, `${secret}\nPORT=3000`);
    await expect(page.getByRole("region", { name: "The key you pasted" })).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
  await paste(search(page), `the key ${secret.slice(0, 30)}`);
  await expect(page.getByText("a character is missing or wrong")).toBeVisible();
  await expect(search(page)).toHaveValue("");
  await paste(search(page), "production");
  await page.waitForURL(`${KEY_LIST}?q=production`);
  expect(asked.join("\n")).not.toContain(secret.slice(4, 16));
});

test("the field for a request id clears a key, names it as one and links to the search", async ({ page, user: _ }) => {
  await page.goto(LOGS);
  const secret = generateSecret();
  const asked = watch(page);
  for (const text of [secret, `curl -H "X-API-Key: ${secret}" \\\n  https://api.example.com`]) {
    await paste(requestId(page), text);
    await expect(page.getByText("This is an API key, or a part of one, and not a request ID.")).toBeVisible();
    await expect(requestId(page)).toHaveValue("");
    await requestId(page).press("Enter");
    await page.waitForURL(`${LOGS}?request=`);
    await page.goto(LOGS);
  }
  await requestId(page).fill(secret);
  await expect(requestId(page)).toHaveValue("");
  await expect(page.getByText("This is an API key")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "the search of your keys" }).click();
  await page.waitForURL(KEY_LIST);
  expect(asked.join("\n")).not.toContain(secret.slice(4, 16));
});

test("a browser without JavaScript sends no key, but other text", async ({ user, openBrowser, context }) => {
  await seedKeys(user.email, 2);
  const page = await openBrowser({ javaScriptEnabled: false, storageState: await context.storageState() });
  const asked = watch(page);
  const secret = generateSecret();
  for (const [address, field, button, other] of [
    [KEY_LIST, search, "Apply", "q=production"],
    [LOGS, requestId, "Find request", "request=0a2f6c1e-7d35-4b0e-9a51-3c5d8e2f4b60"],
  ] as const) {
    await page.goto(address);
    for (const text of [secret, `Authorization: Bearer ${secret.slice(0, 30)}`]) {
      await field(page).fill(text);
      await page.getByRole("button", { name: button }).click();
      await field(page).press("Enter");
    }
    await field(page).fill(String(other.split("=")[1]));
    await page.getByRole("button", { name: button }).click();
    await page.waitForURL((url) => url.search.includes(other));
  }
  expect(asked.join("\n")).not.toContain(secret.slice(0, 12));
});

test("a key in the list's address is removed", async ({ page, user: _ }) => {
  await page.goto(`${KEY_LIST}?status=active&q=${generateSecret()}`);
  await expect(page).toHaveURL(`${KEY_LIST}?status=active`);
});

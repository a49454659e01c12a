import { randomUUID } from "node:crypto";
import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes, expectNoSidewaysScroll } from "#e2e/support/accessibility.ts";
import { CALLER, seedKey } from "#e2e/support/seed.ts";
import { expect, newUser, signUp } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";

const LOGS = "/settings/logs";

const ask = (page: Page, path: string, secret: string) =>
  page.request.get(`/api/v1${path}`, { headers: { "x-api-key": secret, "user-agent": "nightly/2.1" } });
const requestIdOf = async (answer: ReturnType<typeof ask>) => (await answer).headers()["x-request-id"] ?? "";
const section = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const requests = (page: Page) => section(page, "Requests");
const lookUp = (page: Page) => page.getByRole("textbox", { name: "Request ID" });
const row = (page: Page, text: string | RegExp) => requests(page).getByRole("row").filter({ hasText: text });
const written = (requestId: string) => expect.poll(() => database().rejection.count({ where: { requestId } })).toBe(1);

/**
 * A key with two invalid requests, one that needs too many credits, and one after it was revoked.
 */
async function seedRequests(page: Page, email: string) {
  const { userId, key, secret } = await seedKey(email);
  expect((await ask(page, "/key", secret)).status()).toBe(200);
  for (let i = 0; i < 2; i += 1) await ask(page, "/auth?cost=nothing", secret);
  await ask(page, "/auth?cost=1000", secret);
  await revokeApiKey(userId, key.id, CALLER);
  const requestId = await requestIdOf(ask(page, "/key", secret));
  await written(requestId);
  return { key, secret, requestId };
}

test("each request has its status, reason, next step and caller, and runs of the same are one row", async ({
  page,
  user,
}) => {
  const { key, requestId } = await seedRequests(page, user.email);
  await page.goto("/settings/developer");
  await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Logs", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Logs" })).toBeVisible();
  await expect(requests(page).getByRole("columnheader")).toHaveText([
    "Time (UTC)",
    "Result",
    "Key",
    "Request",
    "Request ID",
  ]);
  const revoked = row(page, requestId);
  await expect(revoked).toContainText(
    /^\w{3} \d{1,2}, \d\d:\d\d:\d\d401Key revokedRevoked less than a minute earlierView keyProduction App\/api\/v1\/key198\.1[89]\.\d+\.0\/24 nightly\/2\.1/,
  );
  await expect(revoked.getByRole("link", { name: "View key" })).toHaveAttribute(
    "href",
    `/settings/developer/${key.id}`,
  );
  await expect(row(page, "Not enough credits").getByRole("link", { name: "View usage" })).toBeVisible();
  await expect(row(page, "200Successful")).toHaveCount(1);
  const run = row(page, "Invalid request");
  await expect(run).toContainText("2 requests since");
  await expect(run.getByRole("listitem")).toHaveCount(0);
  await run.getByText("2 request IDs").click();
  await expect(run.getByRole("listitem")).toHaveCount(2);

  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await revoked.getByRole("button", { name: `Copy request ID ${requestId}` }).click();
  await expect(revoked.getByText("Copied")).toBeAttached();
  expect(await page.evaluate("navigator.clipboard.readText()")).toBe(requestId);
});

test("filters are in the address, and a filter that nothing matches says so", async ({ page, user }) => {
  const { key } = await seedRequests(page, user.email);
  await page.goto(LOGS);
  await page.getByLabel("Reason").selectOption("Key revoked");
  const caller = await page.getByLabel("Caller").locator("option", { hasText: "nightly/2.1" }).getAttribute("value");
  await page.getByLabel("Caller").selectOption(caller);
  await page.getByLabel("Key", { exact: true }).selectOption(key.id);
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(
    (url) => url.searchParams.get("reason") === "revoked" && url.searchParams.get("key") === key.id,
  );
  await expect(requests(page).getByRole("row")).toHaveCount(2);
  await page.goto(`${LOGS}?status=5xx`);
  await expect(page.getByText("No requests match these filters.")).toBeVisible();
  await page.getByRole("link", { name: "Clear" }).click();
  await expect(page).toHaveURL(LOGS);
  await expect(row(page, "Key revoked")).toHaveCount(1);
});

test("a request is found by its id, also in a pasted header, and another user's is not", async ({
  page,
  user,
  openBrowser,
}) => {
  const { requestId } = await seedRequests(page, user.email);
  await page.goto(LOGS);
  await lookUp(page).fill(`X-Request-Id: ${requestId}`);
  await page.getByRole("button", { name: "Find request" }).click();
  await expect(section(page, "Request")).toContainText("Key revoked");
  await expect(lookUp(page)).toHaveValue(requestId);

  const bob = await openBrowser();
  expect((await bob.request.get(`${LOGS}/newer`)).status()).toBe(401);
  await signUp(bob, newUser("Bob"));
  for (const id of [requestId, randomUUID()]) {
    await bob.goto(`${LOGS}?request=${id}`);
    await expect(bob.getByText("No request in your logs matches.")).toBeVisible();
  }
  await bob.goto(`${LOGS}?request=drop+table`);
  await expect(bob.getByText("This is not a request ID.")).toBeVisible();
  await expect(bob.getByText("No requests yet.")).toBeVisible();
  expect(await (await bob.request.get(`${LOGS}/newer`)).json()).toEqual([]);
  expect(await (await page.request.get(`${LOGS}/newer`)).json()).toHaveLength(5);
});

test("the former address leads to Logs with the request that it asked for", async ({ page, user }) => {
  const { requestId } = await seedRequests(page, user.email);
  await page.goto(`/settings/developer/refusals?request=${requestId}`);
  await expect(page).toHaveURL(`${LOGS}?request=${requestId}`);
  await expect(section(page, "Request")).toContainText("Key revoked");
  await page.goto("/settings/developer/refusals?request=nothing");
  await expect(page).toHaveURL(LOGS);
});

test("new requests appear while the page is open, and are announced together", async ({ page, user }) => {
  const { secret } = await seedRequests(page, user.email);
  await page.goto(LOGS);
  await expect(page.getByText("Live: new requests appear")).toBeVisible();
  // No poll is answered between the two.
  const written = Promise.withResolvers<void>();
  await page.route(`**${LOGS}/newer*`, (route) => written.promise.then(() => route.continue()));
  const [first, second] = [await requestIdOf(ask(page, "/key", secret)), await requestIdOf(ask(page, "/auth", secret))];
  await expect.poll(() => database().rejection.count({ where: { requestId: { in: [first, second] } } })).toBe(2);
  written.resolve();
  await expect(row(page, second)).toBeVisible();
  await expect(row(page, "2 requests since").filter({ hasText: "Key revoked" })).toHaveCount(1);
  await row(page, "Key revoked").getByText("2 request IDs").click();
  await expect(row(page, first)).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: /^2 new requests\.$/ })).toBeAttached();
});

test("no polls run while Logs are paused, hidden or offline, and the page says so", async ({ page, user, context }) => {
  const { secret } = await seedRequests(page, user.email);
  let polls = 0;
  page.on("request", (request) => {
    if (request.url().includes(`${LOGS}/newer`)) polls += 1;
  });
  await page.clock.install();
  await page.goto(LOGS);
  await expect.poll(() => polls).toBeGreaterThan(0);
  const expectNoPolls = async () => {
    const before = polls;
    await page.clock.runFor(20_000);
    expect(polls).toBe(before);
  };
  const setHidden = (hidden: boolean) =>
    page.evaluate(
      (state) => {
        Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      },
      hidden ? "hidden" : "visible",
    );

  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("Paused.")).toBeVisible();
  const requestId = await requestIdOf(ask(page, "/auth", secret));
  await written(requestId);
  await expectNoPolls();
  await page.getByRole("button", { name: "Live" }).click();
  await expect(row(page, requestId)).toBeVisible();

  await setHidden(true);
  await expect(page.getByText("Paused.")).toBeVisible();
  await expectNoPolls();
  await setHidden(false);
  await expect(page.getByText("Live: new")).toBeVisible();

  await context.setOffline(true);
  await expect(page.getByText("You are offline.")).toBeVisible();
  await expectNoPolls();
  await context.setOffline(false);
  const before = polls;
  await expect.poll(() => polls).toBeGreaterThan(before);
});

test("a page whose session has ended stops, and leads to the sign-in page", async ({ page, user: _, context }) => {
  await page.goto(LOGS);
  await context.clearCookies();
  await expect(page.getByText("You've been signed out.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Pause" })).toHaveCount(0);
  await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`/sign-in?next=${LOGS}`);
});

test("Logs have no accessibility violation, and don't scroll sideways on a phone", async ({ page, user }) => {
  await page.goto(LOGS);
  await expect(page.getByText("No requests yet.")).toBeVisible();
  await expectAccessibleInBothThemes(page);
  const { requestId } = await seedRequests(page, user.email);
  await page.goto(`${LOGS}?request=${requestId}`);
  await expect(section(page, "Request")).toContainText("Key revoked");
  await expectAccessibleInBothThemes(page);
  for (const width of [375, 320]) {
    await page.setViewportSize({ width, height: 700 });
    await expectNoSidewaysScroll(page);
    await expectAccessibleInBothThemes(page);
  }
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("filters, older pages and the look-up work", async ({ page, user }) => {
    const { key, requestId } = await seedRequests(page, user.email);
    const { userId } = await database().apiKey.findUniqueOrThrow({ where: { id: key.id }, select: { userId: true } });
    await database().rejection.createMany({
      data: Array.from({ length: 120 }, (_, i) => ({
        requestId: randomUUID(),
        userId,
        apiKeyId: key.id,
        cause: "rate_limited",
        status: 429,
        route: `/api/v1/${i % 2}`,
        addressPrefix: "203.0.113.0/24",
        userAgent: "curl/8",
        createdAt: new Date(Date.now() - (i + 60) * 1_000),
      })),
    });
    await page.goto(LOGS);
    await expect(requests(page).getByRole("row").nth(1)).toContainText("Key revoked");
    await expect(page.getByRole("button", { name: "Pause" })).toBeHidden();
    await page.getByRole("link", { name: "Older" }).click();
    await expect(row(page, "Key revoked")).toHaveCount(0);
    await expect(row(page, "Rate limit exceeded").first()).toBeVisible();
    await page.getByRole("link", { name: "Newer" }).click();
    await expect(row(page, "Key revoked")).toHaveCount(1);

    await page.getByLabel("Reason").selectOption("Key revoked");
    await page.getByRole("button", { name: "Filter" }).click();
    await expect(requests(page).getByRole("row")).toHaveCount(2);
    await lookUp(page).fill(requestId);
    await page.getByRole("button", { name: "Find request" }).click();
    await expect(section(page, "Request")).toContainText("Key revoked");
  });
});

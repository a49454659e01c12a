import type { Page } from "playwright/test";
import { KEY_LIST } from "#e2e/support/key-list.ts";
import { seedKeys, seedUsage } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";

/**
 * Collects what the browser blocks, and every error and warning of the page, such as a failed
 * hydration.
 */
function troubles(page: Page): string[] {
  const found: string[] = [];
  page.on("pageerror", (error) => found.push(String(error)));
  page.on("console", (message) => {
    const told = ["error", "warning"].includes(message.type());
    if (told && !message.text().includes("404 (Not Found)")) found.push(message.text());
  });
  return found;
}

const DOCS = ["quick-start", "authentication", "rate-limits", "errors", "gateway", "api"].map(
  (page) => `/docs/${page}`,
);
const SIGNED_OUT = ["/sign-in", "/sign-up", "/password-link", "/verify-email", "/forgot-password", ...DOCS, "/nowhere"];
const SIGNED_IN = [
  "/settings/developer",
  "/settings/developer?page=9&q=x",
  "/settings/nowhere",
  "/docs/authentication",
];

/** Opens each page and expects no trouble. Returns the nonces of the answers. */
async function visit(page: Page, paths: string[]): Promise<string[]> {
  const found = troubles(page);
  const nonces: string[] = [];
  for (const path of paths) {
    const answer = await page.goto(path);
    const policy = answer?.headers()["content-security-policy"] ?? "";
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? `no nonce at ${path}`;
    await page.waitForLoadState("networkidle");
    expect(found, path).toEqual([]);
    // The answer's own scripts. Those may load others.
    const scripts = (await answer?.text())?.match(/<script\b[^>]*>/g) ?? [];
    expect(scripts.length, path).toBeGreaterThan(0);
    for (const script of scripts) expect(script, path).toContain(`nonce="${nonce}"`);
    nonces.push(nonce);
  }
  return nonces;
}

test("no page breaks its own Content-Security-Policy, and each answer has a nonce of its own", async ({
  page,
  user: _,
  openBrowser,
}) => {
  const nonces = [...(await visit(await openBrowser(), SIGNED_OUT)), ...(await visit(page, SIGNED_IN))];
  expect(new Set(nonces).size).toBe(SIGNED_OUT.length + SIGNED_IN.length);
});

test("no page full of keys, usage and activity breaks it either", async ({ page, user }) => {
  await seedKeys(user.email, 12);
  const id = await seedUsage(user.email);
  await visit(page, [
    "/settings/developer",
    `/settings/developer/${id}`,
    "/settings/logs",
    "/settings/usage",
    "/settings/activity",
    "/settings/account",
  ]);
  await page.goto("/settings/developer");
  await expect(page.getByRole("row")).toHaveCount(13);
});

test("/settings and /docs lead to their first pages", async ({ page, user: _ }) => {
  for (const [path, first] of [
    ["/settings", "/settings/developer"],
    ["/docs", "/docs/quick-start"],
  ] as const) {
    await page.goto(path);
    await expect(page, path).toHaveURL(first);
  }
});

test("a script without the nonce does not run", async ({ page }) => {
  await page.route("/sign-in", async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace("</body>", "<script>window.injected = true</script></body>");
    await route.fulfill({ response: answer, body });
  });
  await page.goto("/sign-in");
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  expect(await page.evaluate(() => "injected" in window)).toBe(false);
});

test("pages of a signed-in user are not cached, and no answer names the framework", async ({ page, user: _ }) => {
  for (const path of ["/settings/developer", "/settings/developer?q=a", "/", "/sign-in"]) {
    const headers = (await page.request.get(path, { maxRedirects: 0 })).headers();
    expect(headers["cache-control"], path).toContain("no-store");
    expect(headers, path).not.toHaveProperty("x-powered-by");
  }
  await page.goto(KEY_LIST);
  const script = await page.locator("script[src]").first().getAttribute("src");
  expect((await page.request.get(String(script))).headers()["cache-control"]).toContain("immutable");
});

test("malformed requests to an action are rejected without a server error", async ({ page, request, baseURL }) => {
  await page.goto("/sign-in");
  const fields = await page
    .locator("form input[type=hidden]")
    .evaluateAll((inputs) => (inputs as HTMLInputElement[]).map(({ name, value }) => [name, value]));
  const action = /"id":"(\w+)"/.exec(JSON.stringify(fields).replaceAll("\\", ""))?.[1] ?? "";
  expect(action).toMatch(/^\w{40,}$/);
  const boundary = "multipart/form-data; boundary=x";
  const attempts: [type: string, body: string, action?: string][] = [
    ["multipart/form-data", "no boundary"],
    [boundary, "no part"],
    [boundary, '--x\r\nContent-Disposition: form-data; name="$ACTION_1:0"\r\n\r\n{"id":"none","bound":"$@9"}\r\n--x--'],
    [boundary, '--x\r\nContent-Disposition: form-data; name="$ACTION_REF_1"\r\n\r\n\r\n--x--'],
    ["text/plain;charset=UTF-8", "no JSON", action],
    ["text/plain;charset=UTF-8", '["$F9","$Z"]', action],
    ["text/plain;charset=UTF-8", "[]", action],
    ["text/plain;charset=UTF-8", '[null,"no form"]', action],
    ["text/plain;charset=UTF-8", '[{},{"next":7}]', action],
    [boundary, '--x\r\nContent-Disposition: form-data; name="0"\r\n\r\n["$K1"]\r\n--x--', action],
    ["text/plain;charset=UTF-8", "[]", "0".repeat(42)],
  ];
  for (const [type, data, id] of attempts) {
    const headers = { origin: String(baseURL), "content-type": type, ...(id ? { "next-action": id } : {}) };
    const answer = await request.post("/sign-in", { headers, data: Buffer.from(data), maxRedirects: 0 });
    expect(answer.status(), `${type}: ${data}`).toBeLessThan(500);
  }
});

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { gatewayExamples } from "#components/docs/gateway-examples.ts";
import { mcpExamples } from "#components/docs/mcp-examples.ts";
import { SCOPES_EXAMPLE } from "#components/docs/scopes-example.ts";
import { expectAccessibleInBothThemes } from "#e2e/support/accessibility.ts";
import { createShownKey, KEY_LIST } from "#e2e/support/key-list.ts";
import { cells } from "#e2e/support/table.ts";
import { expect, test } from "#e2e/support/user.ts";
import { API_ERRORS } from "#lib/api/errors.ts";
import { DEFAULT_TIERS } from "#lib/config/tiers.ts";

const run = promisify(execFile);

type Operation = { summary: string; parameters?: { name: string }[] };

const PAGES = {
  "quick-start": "Quick start",
  authentication: "Authentication",
  permissions: "Permissions",
  errors: "Errors",
  "rate-limits": "Limits and credits",
  gateway: "Gateways",
  leaks: "Leaked keys",
  agents: "Keys for AI agents",
  api: "API reference",
};

/** Runs a command of the page. Returns what it printed. */
async function shell(code: string, secret: string): Promise<string> {
  const { PATH = "", HOME = "/" } = process.env;
  const env = { PATH, HOME, GOODTAKE_API_KEY: secret } as unknown as NodeJS.ProcessEnv;
  return (await run("bash", ["-c", code], { env })).stdout;
}

for (const [path, title] of Object.entries(PAGES))
  test(`/docs/${path} is public and accessible, is in the navigation, and has no dead link within it`, async ({
    page,
  }) => {
    await page.goto("/docs/quick-start");
    await page.getByRole("navigation", { name: "API documentation" }).getByRole("link", { name: title }).click();
    await expect(page).toHaveURL(`/docs/${path}`);
    await expect(page.getByRole("heading", { name: title, level: 1 })).toBeVisible();
    await page.waitForLoadState();
    const links = await page
      .locator('main a[href^="#"], nav a[href^="#"]')
      .evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
    expect(links.length).toBeGreaterThan(path === "api" ? 2 : 5);
    for (const link of links) await expect(page.locator(`[id="${link.slice(1)}"]`), link).toHaveCount(1);
    await expectAccessibleInBothThemes(page);
  });

test("the pages show the tables that the code uses", async ({ page }) => {
  await page.goto("/docs/rate-limits");
  expect(await cells(page, "Tier table")).toEqual(
    Object.entries(DEFAULT_TIERS).map(([name, { requestsPerMinute, requestsPerMonth, signupCredits }]) => [
      name,
      requestsPerMinute.toLocaleString("en"),
      requestsPerMonth?.toLocaleString("en") ?? "No quota",
      signupCredits ? String(signupCredits) : "–",
    ]),
  );
  await page.goto("/docs/errors");
  expect(await cells(page, "Code table")).toEqual(
    Object.entries(API_ERRORS).map(([code, { status, message, advice }]) => [code, String(status), message, advice]),
  );
});

test("the command that shows the limit runs as shown and gets the headers of the page", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  const secret = await createShownKey(page, "Docs");
  await page.goto("/docs/rate-limits");
  const code = await page.getByRole("region", { name: "Rate limits" }).locator("code").last().textContent();
  const output = await shell(code ?? "", secret);
  expect(output).toMatch(/^HTTP\/1\.1 200/);
  const [policy = ""] = /^RateLimit-Policy: .*$/im.exec(output) ?? [];
  await expect(page.getByRole("region", { name: "Rate limits" })).toContainText(
    policy.split(": ")[1]?.trim() ?? "none",
  );
  expect(output).toMatch(/^RateLimit: "free";r=19;t=\d+\s*$/im);
});

test("the command that authenticates a request runs as shown and gets the headers of the page", async ({
  page,
  user: _,
}) => {
  await page.goto(KEY_LIST);
  const secret = await createShownKey(page, "Docs");
  await page.goto("/docs/gateway");
  const code = await page.getByRole("region", { name: "Authenticate a request" }).locator("code").first().textContent();
  const output = await shell(code ?? "", secret);
  expect(output).toMatch(/^HTTP\/1\.1 204/);
  for (const [name] of await cells(page, "Header table")) expect(output).toMatch(new RegExp(`^${name}: .`, "im"));
  expect(output).toMatch(/^GoodTake-Credits-Remaining: 99\s*$/im);
});

test("the gateways' configurations are those of the tests with the real programs", async ({ page }) => {
  await page.goto("/docs/gateway");
  const places = { goodtake: "127.0.0.1:3000", upstream: "127.0.0.1:9000", port: 80 };
  for (const [name, configuration] of Object.entries(gatewayExamples(places)))
    await expect
      .poll(() =>
        page
          .getByRole("region", { name: new RegExp(`^${name}`) })
          .locator("code")
          .last()
          .textContent(),
      )
      .toBe(configuration);
  const scopes = page.getByRole("region", { name: "Permissions", exact: true }).locator("pre code");
  await expect.poll(() => scopes.allTextContents()).toEqual([SCOPES_EXAMPLE]);
  await page.goto("/docs/agents");
  const blocks = page.getByRole("region", { name: "Protect an MCP server" }).locator("pre code");
  await expect.poll(() => blocks.allTextContents()).toEqual(Object.values(mcpExamples("127.0.0.1:9001")));
});

test.describe("the API reference", () => {
  test("shows every route with its parameters, and fetches nothing from elsewhere", async ({ page, baseURL }) => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto("/docs/api");
    const document = await (await page.request.get("/api/v1/openapi.json")).json();
    for (const [path, operations] of Object.entries(document.paths as Record<string, Record<string, Operation>>))
      for (const [method, { summary, parameters = [] }] of Object.entries(operations)) {
        const route = page.getByRole("region", { name: summary, exact: true });
        await expect(route.getByText(path, { exact: true })).toBeVisible();
        await expect(route.getByText(method.toUpperCase(), { exact: true })).toBeVisible();
        for (const { name } of parameters)
          await expect(route.getByRole("term").filter({ has: page.getByText(name, { exact: true }) })).toBeVisible();
      }
    for (const url of asked) expect(new URL(url).origin === baseURL || url.startsWith("data:"), url).toBe(true);
  });

  test("its requests run as shown, and the answers have the fields that it shows", async ({ page, user: _ }) => {
    await page.goto(KEY_LIST);
    const secret = await createShownKey(page, "Docs");
    await page.goto("/docs/api");
    for (const summary of ["Get the calling key", "Generate an image"]) {
      const [request, answer] = await page.getByRole("region", { name: summary }).locator("pre code").allTextContents();
      const answered = JSON.parse(await shell(request ?? "", secret));
      for (const field of Object.keys(answered)) expect(Object.keys(JSON.parse(answer ?? ""))).toContain(field);
    }
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("the pages can be read", async ({ page }) => {
    for (const [path, words] of Object.entries({
      "rate-limits": "Billable requests a month",
      errors: "idempotency_key_reused",
      permissions: "images:write",
      gateway: "auth_request",
      agents: "proxy_buffering",
      api: "/api/v1/bytedance/generate-image",
    })) {
      await page.goto(`/docs/${path}`);
      await expect(page.getByText(words).first()).toBeVisible();
    }
  });
});

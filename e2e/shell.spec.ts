import type { Page } from "playwright/test";
import { expect, test } from "#e2e/person.ts";

/** Collects what the browser refused to load or run, and every error on the page. */
function troubles(page: Page): string[] {
  const found: string[] = [];
  page.on("pageerror", (error) => found.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("404 (Not Found)")) found.push(message.text());
  });
  return found;
}

const DOCS = ["authentication", "rate-limits", "errors", "gateway", "api"].map((page) => `/docs/${page}`);
const VISITOR = ["/sign-in", "/sign-up", "/password-link", ...DOCS, "/nowhere"];
const PERSON = ["/settings/developer", "/settings/developer?page=9&q=x", "/settings/nowhere", "/docs/authentication"];

test("no page breaks its own Content-Security-Policy, and each answer has a nonce of its own", async ({
  page,
  person: _,
  browser,
  baseURL,
}) => {
  const strangers = await browser.newContext({ baseURL: String(baseURL) });
  const nonces: string[] = [];
  for (const [visitor, paths] of [
    [await strangers.newPage(), VISITOR],
    [page, PERSON],
  ] as const) {
    const found = troubles(visitor);
    for (const path of paths) {
      const answer = await visitor.goto(path);
      const policy = answer?.headers()["content-security-policy"] ?? "";
      nonces.push(/'nonce-([^']+)'/.exec(policy)?.[1] ?? `no nonce at ${path}`);
      await visitor.waitForLoadState("networkidle");
      expect(found, path).toEqual([]);
      // Those of the answer: what a trusted script loads later is trusted through it.
      const scripts = (await answer?.text())?.match(/<script\b[^>]*>/g) ?? [];
      expect(scripts.length, path).toBeGreaterThan(0);
      for (const script of scripts) expect(script, path).toContain(`nonce="${nonces.at(-1)}"`);
    }
  }
  expect(new Set(nonces).size).toBe(VISITOR.length + PERSON.length);
  await strangers.close();
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

test("a signed-in person's pages are stored nowhere, and no answer says what made it", async ({ page, person: _ }) => {
  for (const path of ["/settings/developer", "/settings/developer?q=a", "/", "/sign-in"]) {
    const headers = (await page.request.get(path, { maxRedirects: 0 })).headers();
    expect(headers["cache-control"], path).toContain("no-store");
    expect(headers, path).not.toHaveProperty("x-powered-by");
  }
  const script = await page.locator("script[src]").first().getAttribute("src");
  expect((await page.request.get(String(script))).headers()["cache-control"]).toContain("immutable");
});

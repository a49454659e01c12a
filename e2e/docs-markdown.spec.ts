import { marked } from "marked";
import type { Page } from "playwright/test";
import { expect, test } from "playwright/test";
import { DOCS_PAGES } from "#components/docs/docs-pages.ts";

const GUIDES = DOCS_PAGES.filter(({ slug }) => slug !== "api");

/** Renders Markdown as another program would, with the title above each block of code. */
function htmlOf(markdown: string): string {
  return marked.parse(markdown.replaceAll("[!WARNING]", ""), {
    async: false,
    renderer: new (class extends marked.Renderer {
      override code(token: Parameters<InstanceType<typeof marked.Renderer>["code"]>[0]) {
        return `<p>${/title="(.*)"/.exec(token.lang ?? "")?.[1]}</p>${super.code(token)}`;
      }
    })(),
  });
}

/** Returns the text of the page's main part without its controls, and without spaces. */
const textOf = (page: Page) =>
  page.locator("main").evaluate((main) => {
    const copy = main.cloneNode(true) as HTMLElement;
    for (const control of copy.querySelectorAll("button, textarea, nav, a[href$='.md']")) control.remove();
    return copy.textContent?.replace(/\s/g, "");
  });

const markdownOf = async (page: Page, path: string) => (await page.request.get(path)).text();

test("llms.txt links every page as Markdown", async ({ page }) => {
  const index = await markdownOf(page, "/llms.txt");
  expect(index).toMatch(/^# GoodTake\n\n> .+\n\n## Docs\n/);
  const links = [...index.matchAll(/^- \[(.+)\]\((.+)\): .+$/gm)].map(([, title = "", url = ""]) => ({ title, url }));
  expect(links.map(({ title }) => title)).toEqual([...DOCS_PAGES.map(({ title }) => title), "OpenAPI document"]);
  for (const { title, url } of links.slice(0, -1)) {
    const answer = await page.request.get(url);
    expect(answer.headers()["content-type"]).toBe("text/markdown; charset=utf-8");
    expect(await answer.text()).toMatch(new RegExp(`^# ${title}\n\n`));
  }
  expect((await page.request.get("/docs/nowhere.md")).status()).toBe(404);
});

for (const { slug } of GUIDES)
  test(`/docs/${slug} and its Markdown say the same`, async ({ page }) => {
    await page.goto(`/docs/${slug}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    const html = htmlOf(await markdownOf(page, `/docs/${slug}.md`));
    const expected = await page.evaluate(
      (source) => new DOMParser().parseFromString(source, "text/html").body.textContent?.replace(/\s/g, ""),
      html,
    );
    expect(expected?.length).toBeGreaterThan(500);
    expect(await textOf(page)).toBe(expected);
  });

test("the API reference and its Markdown have the same fields, errors and code", async ({ page }) => {
  await page.goto("/docs/api");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const markdown = await markdownOf(page, "/docs/api.md");
  const all = (pattern: RegExp) => [...markdown.matchAll(pattern)].map(([, found]) => found);
  const main = page.locator("main");
  expect(all(/^## (.+)$/gm)).toEqual(await main.getByRole("heading", { level: 2 }).allTextContents());
  expect(all(/^- `(.+?)` \(/gm)).toEqual(await main.locator("dt code").allTextContents());
  expect(all(/^- \[(\d{3} \w+)\]/gm)).toEqual(await main.locator("section li").allTextContents());
  expect(all(/^```\w+ title=".*"\n([\s\S]*?)\n```$/gm)).toEqual(await main.locator("pre code").allTextContents());
  for (const description of await main.locator("dd").allTextContents())
    expect(markdown.replaceAll("`", "")).toContain(description);
});

test("a page is copied as Markdown, and each heading's link as an address", async ({ page, context, baseURL }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await page.goto("/docs/errors");
  await page.getByRole("button", { name: "Copy as Markdown" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await copied()).toBe(await markdownOf(page, "/docs/errors.md"));
  await page.getByRole("link", { name: "Link to Support" }).click();
  await expect(page.getByText("Link copied")).toBeAttached();
  expect(await copied()).toBe(`${baseURL}/docs/errors#support`);
  await expect(page).toHaveURL("/docs/errors#support");
});

import { randomUUID } from "node:crypto";
import type { Page } from "playwright/test";
import { seedKey, seedUsage } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { database } from "#lib/database/client.ts";
import { LOGS_PAGE } from "#lib/usage/model/log-rows.ts";

/** Returns a page's HTML, and what its scripts carry for the browser. */
async function read(page: Page, path: string) {
  const html = await (await page.request.get(path)).text();
  return { html, data: [...html.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, text]) => text).join("\n") };
}

/** Counts the elements of a name that the data has, besides those in the HTML. */
const elements = (data: string, name: string) => data.split(`\\"$\\",\\"${name}\\"`).length - 1;

test("pages that only show something load no code that checks input", async ({ page, user }) => {
  const { key } = await seedKey(user.email);
  for (const path of ["usage", "logs", "activity", `developer/${key.id}`]) {
    const { html } = await read(page, `/settings/${path}`);
    const scripts = [...new Set(html.match(/\/_next\/static\/chunks\/[^"\\]+\.js/g))];
    expect(scripts.length).toBeGreaterThan(5);
    for (const script of scripts) expect(await (await page.request.get(script)).text()).not.toContain("ZodError");
  }
});

test("the usage page carries its charts and tables as counts, not once more as elements", async ({ page, user }) => {
  await seedKey(user.email);
  await seedUsage(user.email);
  const { html, data } = await read(page, "/settings/usage?days=90");
  // 40 days have a bar.
  expect(html.split("<g>").length).toBeGreaterThan(40);
  expect(html.split("<tr").length).toBeGreaterThan(40);
  expect([elements(data, "g"), elements(data, "tr")]).toEqual([0, 0]);
  expect(elements(data, "h1")).toBeGreaterThan(0);
});

test("a page of older requests carries them as data, not once more as elements", async ({ page, user }) => {
  const { userId, key } = await seedKey(user.email);
  await database().rejection.createMany({
    data: Array.from({ length: 2 * LOGS_PAGE }, (_, i) => ({
      requestId: randomUUID(),
      userId,
      apiKeyId: key.id,
      cause: i % 2 ? "revoked" : "expired",
      status: 401,
      route: "/api/v1/key",
      addressPrefix: "203.0.113.0/24",
      userAgent: "curl/8",
      createdAt: new Date(Date.now() - i * 1_000),
    })),
  });
  await page.goto("/settings/logs");
  const older = page.getByRole("link", { name: "Older" });
  await expect(older).toBeVisible();
  const { html, data } = await read(page, (await older.getAttribute("href")) ?? "");
  expect(html.split("<tr").length).toBeGreaterThan(LOGS_PAGE);
  expect(elements(data, "tr")).toBe(0);
  expect(elements(data, "h1")).toBeGreaterThan(0);
});

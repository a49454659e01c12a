import { expect, test } from "#e2e/support/user.ts";

const PAGES = [
  "/settings/developer",
  "/settings/usage",
  "/settings/activity",
  "/settings/account",
  "/docs/authentication",
];

test("at 400 % zoom nothing scrolls sideways, and a dialog can be filled in and sent", async ({ page, user: _ }) => {
  // 1280 by 1024 pixels at 400 % (WCAG 2.2, 1.4.10).
  await page.setViewportSize({ width: 320, height: 256 });
  for (const path of PAGES) {
    await page.goto(path);
    expect(await page.evaluate("document.documentElement.scrollWidth"), path).toBeLessThanOrEqual(320);
  }
  await page.goto("/settings/developer");
  await page.getByRole("button", { name: "Create New API Key" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Zoomed");
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByRole("textbox", { name: "API key" })).toBeVisible();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Close anyway" }).click();
  await expect(page.getByRole("table", { name: "API keys" })).toContainText("Zoomed");
});

test("in forced colours buttons, dialogs and the focus keep their edges", async ({ page, user: _ }) => {
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  await page.goto("/settings/developer");
  const create = page.getByRole("button", { name: "Create New API Key" });
  await expect(create).toHaveCSS("border-style", "solid");
  await create.focus();
  await expect(create).toHaveCSS("outline-style", "solid");
  await create.click();
  await expect(page.getByRole("dialog")).toHaveCSS("border-style", "solid");
});

test("on paper stand the keys, without what can be pressed", async ({ page, user: _ }) => {
  await page.getByRole("button", { name: "Create New API Key" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("On paper");
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Close anyway" }).click();
  await expect(page.getByRole("table", { name: "API keys" })).toContainText("On paper");
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("table", { name: "API keys" })).toBeVisible();
  await expect(page.getByRole("banner")).toBeHidden();
  for (const button of await page.getByRole("button").all()) await expect(button).toBeHidden();
});

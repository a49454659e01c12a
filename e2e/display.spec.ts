import { expectNoSidewaysScroll } from "#e2e/support/accessibility.ts";
import { createButton, createKey, KEY_LIST } from "#e2e/support/key-list.ts";
import { expect, test } from "#e2e/support/user.ts";

const PAGES = [KEY_LIST, "/settings/usage", "/settings/activity", "/settings/account", "/docs/authentication"];

test("at 400 % zoom nothing scrolls sideways, and a key can be created", async ({ page, user: _ }) => {
  // 1280 by 1024 pixels at 400 % (WCAG 2.2, 1.4.10).
  await page.setViewportSize({ width: 320, height: 256 });
  for (const path of PAGES) {
    await page.goto(path);
    await expectNoSidewaysScroll(page);
  }
  await page.goto(KEY_LIST);
  await createKey(page, "Zoomed");
  await expect(page.getByRole("table", { name: "API keys" })).toContainText("Zoomed");
});

test("in forced colors buttons, dialogs and the focus keep their edges", async ({ page, user: _ }) => {
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  await page.goto(KEY_LIST);
  const create = createButton(page);
  await expect(create).toHaveCSS("border-style", "solid");
  await create.focus();
  await expect(create).toHaveCSS("outline-style", "solid");
  await create.click();
  await expect(page.getByRole("dialog")).toHaveCSS("border-style", "solid");
});

test("print shows the keys without controls", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  await createKey(page, "On paper");
  await expect(page.getByRole("table", { name: "API keys" })).toContainText("On paper");
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("table", { name: "API keys" })).toBeVisible();
  await expect(page.getByRole("banner")).toBeHidden();
  await expect(page.getByRole("button")).toHaveCount(0);
});

import type { Page } from "playwright/test";
import { DOCS_PAGES } from "#components/docs/docs-pages.ts";
import { waitForAnimations } from "#e2e/support/accessibility.ts";
import { focusProblem } from "#e2e/support/focus-problem.ts";
import { clickRowAction, createButton, createShownKey, KEY_LIST, openRowMenu } from "#e2e/support/key-list.ts";
import { layoutProblems } from "#e2e/support/layout-problems.ts";
import { openLedgerRow } from "#e2e/support/ledger-row.ts";
import { rotateKey } from "#e2e/support/rotated-keys.ts";
import { seedKeys, seedUsage } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { findUserId } from "#e2e/support/user-id.ts";
import { test } from "#e2e/support/with-database.ts";
import { codeRuns } from "#e2e/support/without-code.ts";

const SIZES = [
  { name: "320 px", viewport: { width: 320, height: 640 }, text: "100%" },
  { name: "375 px and text of 200 %", viewport: { width: 375, height: 812 }, text: "200%" },
];
const SIGNED_OUT = {
  "a page without an account": ["/sign-in", "/sign-up", "/password-link", "/nowhere", "/docs/search?q=key"],
  "a page of the docs": DOCS_PAGES.map(({ slug }) => `/docs/${slug}`),
};

async function enlarge(page: Page, text: string) {
  await page.addInitScript((size) => {
    const apply = () => document.documentElement?.style.setProperty("font-size", size);
    apply();
    document.addEventListener("DOMContentLoaded", apply);
  }, text);
}

async function expectLaidOut(page: Page, what: string, part?: string) {
  await waitForAnimations(page);
  expect.soft(await layoutProblems(page, part), what).toEqual([]);
}

for (const { name, viewport, text } of SIZES)
  test.describe(name, () => {
    test.use({ viewport });

    for (const [what, paths] of Object.entries(SIGNED_OUT))
      test(`nothing on ${what} scrolls sideways, overlaps or is cut off`, async ({ page }) => {
        await enlarge(page, text);
        for (const path of paths) {
          await page.goto(path, { waitUntil: "networkidle" });
          await expectLaidOut(page, path);
        }
      });

    test("nothing on a page of a user scrolls sideways, overlaps or is cut off", async ({ page, user }) => {
      await enlarge(page, text);
      await page.goto(KEY_LIST);
      await expectLaidOut(page, "the empty list");
      await seedKeys(user.email, 12);
      const id = await seedUsage(user.email);
      const paths = [KEY_LIST, `${KEY_LIST}/${id}`, "/settings/logs"];
      for (const path of [...paths, "/settings/usage", "/settings/activity", "/settings/account"]) {
        await page.goto(path, { waitUntil: "networkidle" });
        await expectLaidOut(page, path);
      }
      await openLedgerRow(page);
      await expectLaidOut(page, "a day of a key");
      await page.locator("summary[aria-label=Menu]").click();
      await expectLaidOut(page, "the navigation", "header");
    });

    test("nothing in a dialog or a menu scrolls sideways, overlaps or is cut off", async ({ page, user }) => {
      await enlarge(page, text);
      await seedKeys(user.email, 3);
      await seedUsage(user.email);
      await page.goto(KEY_LIST);
      await createShownKey(page, "A key with a long name, as users give");
      await expectLaidOut(page, "the new key");
      await page.getByRole("button", { name: "Done" }).click();
      await expectLaidOut(page, "the question about an unsaved key");
      await page.getByRole("button", { name: "Close without saving" }).click();
      await createButton(page).click();
      await expect(page.getByRole("button", { name: "Create key" })).toBeVisible();
      await expectLaidOut(page, "the form for a new key");
      await page.keyboard.press("Escape");
      await openRowMenu(page, "Production App");
      await expectLaidOut(page, "a key's menu");
      await page.keyboard.press("Escape");
      await expect(page.getByRole("menu")).toHaveCount(0);
      for (const action of ["Rename", "Rotate", "Delete"]) {
        await clickRowAction(page, "Production App", action);
        await expect(page.getByRole("button", { name: "Cancel" })).toBeVisible();
        await expectLaidOut(page, action);
        await page.keyboard.press("Escape");
        await expect(page.getByRole("button", { name: "Cancel" })).toHaveCount(0);
      }
      await page.getByRole("button", { name: "Revoke Production App" }).click();
      await expect(page.getByRole("alertdialog")).toBeVisible();
      await expectLaidOut(page, "Revoke");
      await page.keyboard.press("Escape");
      await page.getByRole("checkbox", { name: "Select all keys on this page" }).check();
      await expectLaidOut(page, "the bar of selected keys", "[aria-label='Selected keys']");
      await page.getByRole("region", { name: "Selected keys" }).getByRole("button", { name: "Revoke" }).click();
      await expect(page.getByRole("list", { name: "Used lately" })).toBeVisible();
      await expectLaidOut(page, "the bulk dialog");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: /account menu/ }).click();
      await expect(page.getByRole("menu")).toBeVisible();
      await expectLaidOut(page, "the user menu");
    });

    test("nothing in the dialogs for settings scrolls sideways, overlaps or is cut off", async ({ page, user }) => {
      await enlarge(page, text);
      await seedKeys(user.email, 3);
      await rotateKey(await findUserId(user.email), await seedUsage(user.email));
      await page.goto(KEY_LIST);
      for (const [key, action] of [
        ["Old key", "Extend"],
        ["Old key", "End old key"],
        ["New key", "Edit expiry"],
        ["New key", "Edit note"],
        ["New key", "Disable"],
      ] as const) {
        await clickRowAction(page, key, action);
        await expect(page.getByRole("button", { name: "Cancel" })).toBeVisible();
        if (action === "Edit expiry") await page.getByLabel("Expires").selectOption("custom");
        await expectLaidOut(page, action);
        await page.keyboard.press("Escape");
        await expect(page.getByRole("button", { name: "Cancel" })).toHaveCount(0);
      }
      await page.keyboard.press("Control+k");
      await expect(page.getByRole("dialog", { name: "Command menu" }).getByRole("combobox")).toBeFocused();
      await expectLaidOut(page, "the command menu");
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toHaveCount(0);
      await page.keyboard.press("?");
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectLaidOut(page, "the shortcuts");
      await page.goto("/settings/account");
      await page.getByRole("button", { name: "Delete account…" }).click();
      await expect(page.getByRole("alertdialog")).toBeVisible();
      await expectLaidOut(page, "Delete account");
    });

    test("the counts of a chart's day and a toast stay readable", async ({ page, user }) => {
      await enlarge(page, text);
      await seedKeys(user.email, 3);
      await page.goto(`${KEY_LIST}/${await seedUsage(user.email)}`);
      await codeRuns(page);
      const day = page.getByRole("slider", { name: /^Explore requests by/ });
      await day.focus();
      for (const key of ["Home", "End"]) {
        await page.keyboard.press(key);
        await expect(page.locator("[data-chart-card]")).toBeVisible();
        await expectLaidOut(page, `the day at ${key}`, "[data-chart-card]");
      }
      await page.goto(KEY_LIST);
      await clickRowAction(page, "Production App", "Delete");
      await page.getByRole("alertdialog").getByRole("textbox").fill("Production App");
      await page.getByRole("button", { name: "Revoke and delete" }).click();
      await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
      await expect(page.getByRole("alertdialog")).toHaveCount(0);
      const toasts = "[role=region][aria-label=Notifications]";
      await expectLaidOut(page, "the toast", toasts);
      const box = await page.locator(toasts).boundingBox();
      expect(Number(box?.height)).toBeLessThan(viewport.height / 2);
    });

    test("the exact times of a focused row stay within the window", async ({ page, user }) => {
      await enlarge(page, text);
      await seedKeys(user.email, 3);
      await seedUsage(user.email);
      await page.goto(KEY_LIST);
      await codeRuns(page);
      const box = page.getByRole("checkbox", { name: "Select Production App" });
      await box.focus();
      await page.keyboard.press("Shift+Tab");
      await page.keyboard.press("Tab");
      await expect(box).toBeFocused();
      const tooltip = page.getByRole("tooltip");
      await expect(tooltip).toContainText(": ");
      await expectLaidOut(page, "the exact times", "[data-time-tooltip]");
    });

    test("the bar of selected keys covers nothing that the keyboard reaches", async ({ page, user }) => {
      await enlarge(page, text);
      await seedKeys(user.email, 30);
      await page.goto(KEY_LIST, { waitUntil: "networkidle" });
      await page.getByRole("checkbox", { name: "Select all keys on this page" }).check();
      await expect(page.getByRole("button", { name: "Select all 30 that match" })).toBeVisible();
      await page.evaluate(() => window.scrollTo(0, 0));
      await page.getByRole("link", { name: "Skip to content" }).focus();
      const end = page.getByRole("link", { name: "View logs" });
      for (let i = 0; i < 200 && !(await end.evaluate((link) => link === document.activeElement)); i += 1) {
        expect.soft(await focusProblem(page)).toBeNull();
        await page.keyboard.press("Tab");
      }
      await expect(end).toBeFocused();
    });

    test("the buttons of a dialog cover nothing above them", async ({ page, user: _ }) => {
      await enlarge(page, text);
      await page.goto(KEY_LIST);
      await createShownKey(page, "Production App");
      const copy = page.getByRole("dialog").getByRole("button", { name: "Copy" }).first();
      await waitForAnimations(page);
      const covers = await copy.evaluate((button) => {
        const { left, right, top, bottom } = button.getBoundingClientRect();
        return [top + 3, bottom - 3]
          .map((y) => document.elementFromPoint((left + right) / 2, y))
          .filter((hit) => hit && !button.contains(hit))
          .map((hit) => hit?.textContent);
      });
      expect(covers).toEqual([]);
    });
  });

test("the dialog of a new key stays within the window, with each language's example", async ({ page, user: _ }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(KEY_LIST);
  await createShownKey(page, "Production App");
  for (const language of ["cURL", "Python", "JavaScript", "Go"]) {
    await page.getByRole("tab", { name: language }).click();
    await waitForAnimations(page);
    const box = await page.getByRole("dialog").boundingBox();
    expect(Number(box?.y) + Number(box?.height), language).toBeLessThanOrEqual(900);
  }
});

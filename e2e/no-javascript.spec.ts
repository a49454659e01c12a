import type { Page } from "playwright/test";
import { DOCS_PAGES } from "#components/docs/docs-pages.ts";
import { KEY_LIST } from "#e2e/support/key-list.ts";
import { openLedgerRow } from "#e2e/support/ledger-row.ts";
import { seedKeys, seedUsage } from "#e2e/support/seed.ts";
import { expect, signIn } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";

const SETTINGS = ["Developer Settings", "Usage", "Logs", "Activity", "Account"];

/** Lists the visible controls that no form would send, and the links without a target. */
const deadControls = (page: Page) =>
  page.locator("button, input, select, textarea, a").evaluateAll((controls) =>
    controls
      .filter((control) => control.checkVisibility() && !control.closest("[aria-hidden]"))
      .filter((control) => {
        if (control instanceof HTMLAnchorElement) return !control.getAttribute("href")?.replace(/^#$/, "");
        const { form, type } = control as HTMLButtonElement;
        const sends = form?.querySelector("button[type=submit], button:not([type]), input[type=submit]");
        return !sends?.checkVisibility() || (control instanceof HTMLButtonElement && type !== "submit");
      })
      .map((control) => control.outerHTML.slice(0, 120)),
  );

test("without JavaScript a user signs in, reads every page and signs out, and sees nothing that can't work", async ({
  user,
  openBrowser,
}) => {
  await seedKeys(user.email, 3);
  const id = await seedUsage(user.email);
  const page = await openBrowser({ javaScriptEnabled: false });
  const expectPage = async (heading: string) => {
    await expect(page.getByRole("heading", { name: heading, level: 1 })).toBeVisible();
    await page.waitForLoadState();
    expect.soft(await deadControls(page), page.url()).toEqual([]);
  };
  await page.goto("/settings/usage");
  await expectPage("Sign in");
  await signIn(page, { email: user.email, password: "not this one" });
  await expect(page.getByText("is wrong")).toBeVisible();
  await expect(page.getByLabel("Email")).toHaveValue(user.email);
  await signIn(page, user);
  await page.waitForURL("/settings/usage");

  for (const name of SETTINGS) {
    await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name }).click();
    await expectPage(name);
  }
  await page.goto(`${KEY_LIST}/${id}`);
  await expectPage("Production App");
  await openLedgerRow(page);
  expect.soft(await deadControls(page), page.url()).toEqual([]);
  for (const { slug, title } of DOCS_PAGES) {
    await page.goto(`/docs/${slug}`);
    await expectPage(title);
  }
  await page.goto(KEY_LIST);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("/sign-in");
});

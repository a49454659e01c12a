import { KEY_LIST, rows, search } from "#e2e/support/key-list.ts";
import { addKeys, seedKey } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { openWithoutCode } from "#e2e/support/without-code.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";

const LOGS = "/settings/logs";
const ACCOUNT = "/settings/account";
const DAY = "2026-02-03";

/** The fields of pages, and what is typed into them. */
const FIELDS: [path: string, signedIn: boolean, typed: Record<string, string>][] = [
  ["/sign-in", false, { Email: "early@example.com", Password: "typed early" }],
  ["/sign-up", false, { Name: "Early", Email: "early@example.com", Password: "typed early" }],
  ["/password-link", false, { "Link or code": "a code", "New password": "typed early" }],
  [ACCOUNT, true, { Name: "Typed early" }],
  ["/settings/activity", true, { "From (UTC)": DAY, "To (UTC)": DAY }],
  [LOGS, true, { "Request ID": "0a2f6c1e-7d35-4b0e-9a51-3c5d8e2f4b60" }],
];

test.describe("what is typed before the page's code has arrived isn't lost", () => {
  for (const [path, signedIn, typed] of FIELDS)
    test(`in the fields of ${path}`, async ({ page, user: _ }) => {
      if (!signedIn) await page.context().clearCookies();
      const letCodeRun = await openWithoutCode(page, path);
      for (const [label, text] of Object.entries(typed)) await page.getByLabel(label).fill(text);
      await letCodeRun();
      for (const [label, text] of Object.entries(typed)) await expect(page.getByLabel(label)).toHaveValue(text);
      await expect(page.getByLabel(String(Object.keys(typed).at(-1)))).toBeFocused();
    });

  test("the list follows the search", async ({ page, user }) => {
    await addKeys(user.email, 3);
    const letCodeRun = await openWithoutCode(page, KEY_LIST);
    await search(page).pressSequentially("key 2");
    await letCodeRun();
    await expect(rows(page)).toHaveText([/key 2/]);
    await expect(page).toHaveURL(`${KEY_LIST}?q=key+2`);
    await expect(search(page)).toHaveValue("key 2");
  });

  test("a key in the search is looked up, cleared and not sent", async ({ page, user }) => {
    const { secret } = await seedKey(user.email);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url(), request.postData() ?? ""));
    const letCodeRun = await openWithoutCode(page, KEY_LIST);
    await search(page).pressSequentially(secret);
    await letCodeRun();
    await expect(page.getByRole("region", { name: "The key you pasted" })).toContainText("Production App");
    await expect(search(page)).toHaveValue("");
    expect(asked.join()).not.toContain(secret.slice(4, 16));
  });

  test("a key in the field for a request ID is named as one and cleared", async ({ page, user: _ }) => {
    const letCodeRun = await openWithoutCode(page, LOGS);
    await page.getByLabel("Request ID").fill(generateSecret());
    await letCodeRun();
    await expect(page.getByText("This is an API key, or a part of one")).toBeVisible();
    await expect(page.getByLabel("Request ID")).toHaveValue("");
  });

  test("a form that was kept for another sign-in doesn't replace it", async ({ page, user: _ }) => {
    const keep = (draft: object) =>
      page.evaluate((kept) => sessionStorage.setItem("draft:sign-in", JSON.stringify(kept)), draft);
    await page.context().clearCookies();
    await page.goto("/sign-in");
    await keep({ email: "kept@example.com" });
    const letCodeRun = await openWithoutCode(page, "/sign-in");
    await page.getByLabel("Email").fill("typed@example.com");
    await letCodeRun();
    await expect.poll(() => page.evaluate(() => sessionStorage.length)).toBe(0);
    await expect(page.getByLabel("Email")).toHaveValue("typed@example.com");
    await keep({ email: "kept@example.com" });
    await page.reload();
    await expect(page.getByLabel("Email")).toHaveValue("kept@example.com");
  });
});

test.describe("what is opened before the page's code has arrived", () => {
  test("stays open: the navigation of a phone", async ({ page, user: _ }) => {
    await page.setViewportSize({ width: 375, height: 812 });
    const letCodeRun = await openWithoutCode(page, KEY_LIST);
    const usage = page.getByRole("link", { name: "Usage" });
    await page.locator("summary[aria-label=Menu]").click();
    await expect(usage).toBeVisible();
    await letCodeRun();
    await expect(usage).toBeVisible();
    await usage.click();
    await expect(page.getByRole("heading", { level: 1, name: "Usage" })).toBeVisible();
    await expect(usage).toBeHidden();
  });

  test("closes like any other: the form of a setting", async ({ page, user }) => {
    const letCodeRun = await openWithoutCode(page, ACCOUNT);
    const form = page.getByRole("region", { name: "Email" });
    await form.getByText("Change email…").click();
    await form.getByLabel("New email").fill(`new-${user.email}`);
    await letCodeRun();
    await expect(form.getByLabel("New email")).toHaveValue(`new-${user.email}`);
    await form.getByLabel("Password").fill(user.password);
    await form.getByRole("button", { name: "Change email" }).click();
    await expect(form.getByText(`Email changed to new-${user.email}.`)).toBeVisible();
    await expect(form.getByLabel("New email")).toBeHidden();
  });
});

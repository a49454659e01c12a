import type { Page } from "playwright/test";
import { createButton, fillInNewKey, KEY_LIST, keyRow, newKeyField } from "#e2e/support/key-list.ts";
import { expect, test } from "#e2e/support/user.ts";

const dialog = (page: Page) => page.getByRole("dialog");

test("the name is focused and required, and submitting twice creates one key", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  await createButton(page).click();
  const name = dialog(page).getByRole("textbox", { name: "Name" });
  await expect(name).toBeFocused();
  await name.press("Enter");
  await expect(name).toHaveAccessibleDescription(/Give the key a name/);
  await expect(name).toBeFocused();
  await name.fill("x".repeat(65));
  await name.press("Enter");
  await expect(name).toHaveAccessibleDescription(/at most 64 characters/);
  await name.fill("safe\u202ename");
  await name.press("Enter");
  await expect(name).toHaveAccessibleDescription(/text-direction/);
  await name.fill("Once");
  await name.evaluate((input: HTMLInputElement) => {
    input.form?.requestSubmit();
    input.form?.requestSubmit();
  });
  await expect(newKeyField(page)).toBeVisible();
  await page.reload();
  await expect(keyRow(page, "Once")).toHaveCount(1);
});

test("environment and expiry are chosen, and a custom date is the end of that day in the user's time zone", async ({
  page,
  user: _,
}) => {
  await page.goto(KEY_LIST);
  await fillInNewKey(page, "Campaign");
  const form = dialog(page);
  await form.getByText("Staging", { exact: true }).click();
  await expect(form.getByRole("radio", { name: "Staging" })).toBeChecked();
  await expect(form.getByLabel("Expires").getByRole("option")).toHaveText([
    "Never",
    ...["7 days", "30 days", "60 days", "90 days", "1 year"].map(
      (words) => new RegExp(`^${words} \\(.*20\\d\\d.*\\)$`),
    ),
    "Custom date",
  ]);
  await form.getByLabel("Expires").selectOption("Custom date");
  await form.getByRole("button", { name: "Create key" }).click();
  await expect(form.getByLabel("Expiry date")).toHaveAccessibleDescription(/Choose a date/);
  await expect(form.getByLabel("Expiry date")).toBeFocused();
  const year = new Date().getFullYear() + 1;
  await form.getByLabel("Expiry date").fill(`${year}-07-01`);
  await form.getByRole("button", { name: "Create key" }).click();
  const secret = await newKeyField(page).inputValue();
  await expect(form).toContainText(/Campaign.*Staging.*Expires in/s);
  await expect(form).toContainText("costs one credit");
  // The test's browser is in Berlin, where that day is in summer time.
  const response = await page.request.get("/api/v1/key", { headers: { "x-api-key": secret } });
  expect(response.headers()["goodtake-key-expires-at"]).toBe(`${year}-07-01T21:59:59.999Z`);
  await page.reload();
  await expect(keyRow(page, "Campaign").getByText("Staging")).toBeVisible();
  await expect(keyRow(page, "Campaign").locator("time").last()).toHaveAttribute(
    "datetime",
    `${year}-07-01T21:59:59.999Z`,
  );
});

test("a date before tomorrow or too far away is rejected at the field", async ({ page, user: _ }) => {
  await page.goto(KEY_LIST);
  await fillInNewKey(page, "Past");
  await dialog(page).getByLabel("Expires").selectOption("Custom date");
  // The end of today is in the future in the user's time zone.
  const today = await page.evaluate(() => new Date().toLocaleDateString("sv"));
  for (const date of ["2020-01-01", today, `${new Date().getFullYear() + 7}-01-01`]) {
    await dialog(page).getByLabel("Expiry date").fill(date);
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(dialog(page).getByLabel("Expiry date")).toHaveAccessibleDescription(/from tomorrow to 5 years ahead/);
  }
  await expect(dialog(page).getByRole("textbox", { name: "Name" })).toHaveValue("Past");
});

test("a server that can't be reached is reported in the dialog, which keeps what was typed", async ({
  page,
  user: _,
  context,
}) => {
  await page.goto(KEY_LIST);
  await fillInNewKey(page, "Offline");
  await context.setOffline(true);
  await dialog(page).getByRole("button", { name: "Create key" }).click();
  await expect(dialog(page).getByText("could not be reached")).toBeVisible();
  await expect(dialog(page).getByRole("textbox", { name: "Name" })).toHaveValue("Offline");
  await context.setOffline(false);
  await dialog(page).getByRole("button", { name: "Create key" }).click();
  await expect(newKeyField(page)).toBeVisible();
});

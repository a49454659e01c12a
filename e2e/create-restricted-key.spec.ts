import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes } from "#e2e/support/accessibility.ts";
import { closeNewKey, createButton, createKey, expectRow, fillInNewKey, KEY_LIST } from "#e2e/support/key-list.ts";
import { expect, signIn } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { restrictionsOf, UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";
import { database } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

const dialog = (page: Page) => page.getByRole("dialog");
const section = (page: Page) => dialog(page).getByRole("button", { name: "Permissions and limits" });
const create = (page: Page) => dialog(page).getByRole("button", { name: "Create key" });
const findKey = (email: string) => database().apiKey.findFirstOrThrow({ where: { user: { email } } });

test("a key has full access unless the user restricts it", async ({ page, user }) => {
  await page.goto(KEY_LIST);
  await fillInNewKey(page, "Narrow");
  await expect(section(page)).toContainText("Full access");
  await expect(section(page)).toHaveAttribute("aria-expanded", "false");
  await section(page).click();
  await dialog(page).getByText("Restricted", { exact: true }).click();
  await dialog(page).getByRole("checkbox", { name: "Generate images" }).check();
  await dialog(page).getByLabel("Allowed networks").fill("192.0.2.1/24");
  await expectAccessibleInBothThemes(page);
  await section(page).click();
  await expect(dialog(page).getByLabel("Allowed networks")).toBeHidden();
  await expect(section(page)).toContainText("Restricted");
  await create(page).click();
  // The error expands the section that contains it.
  await expect(dialog(page).getByText(/Use 192\.0\.2\.0\/24 instead/)).toBeVisible();
  await dialog(page).getByRole("button", { name: "Correct the range" }).click();
  await create(page).click();
  await closeNewKey(page);
  await expectRow(page, "Narrow");
  const key = await findKey(user.email);
  expect(restrictionsOf(key)).toEqual({
    ...UNRESTRICTED,
    scopes: ["images:write"],
    allowedNetworks: ["192.0.2.0/24"],
  });
  await createKey(page, "Wide");
  const wide = await database().apiKey.findFirstOrThrow({ where: { user: { email: user.email }, name: "Wide" } });
  expect(restrictionsOf(wide)).toEqual(UNRESTRICTED);
});

test("the preset Agent key is restricted, expires in 30 days, has a spending cap and asks for the agent's name", async ({
  page,
  user,
}) => {
  await page.goto(KEY_LIST);
  await createButton(page).click();
  await dialog(page).getByRole("button", { name: "Agent key" }).click();
  const name = dialog(page).getByRole("textbox", { name: "Name" });
  await expect(name).toBeFocused();
  await expect(name).toHaveAccessibleDescription(/Name it after the agent/);
  await expect(dialog(page).getByLabel("Expires")).toHaveValue("30d");
  await expect(dialog(page).getByRole("radio", { name: "Restricted" })).toBeChecked();
  await expect(dialog(page).getByLabel("Credits per month")).toHaveValue("100");
  await expect(dialog(page).getByText("the key can only read its own details")).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await name.fill("Claude Code on a laptop");
  await create(page).click();
  await closeNewKey(page);
  const key = await findKey(user.email);
  expect(restrictionsOf(key)).toEqual({ ...UNRESTRICTED, scopes: [], creditsPerMonth: 100 });
  expect(Math.round((Number(key.expiresAt) - Number(key.createdAt)) / DAY_MS)).toBe(30);
});

test("restrictions in the form survive another sign-in", async ({ page, user, context }) => {
  await page.goto(KEY_LIST);
  await fillInNewKey(page, "Narrow");
  await section(page).click();
  await dialog(page).getByText("Restricted", { exact: true }).click();
  await dialog(page).getByRole("checkbox", { name: "Generate images" }).check();
  await dialog(page).getByLabel("Requests per minute").fill("5");
  await context.clearCookies();
  await create(page).click();
  await page.waitForURL(/\/sign-in/);
  await signIn(page, user);
  await page.waitForURL((url) => url.pathname === KEY_LIST);
  await createButton(page).click();
  await expect(section(page)).toContainText("Restricted");
  await section(page).click();
  await expect(dialog(page).getByRole("checkbox", { name: "Generate images" })).toBeChecked();
  await expect(dialog(page).getByLabel("Requests per minute")).toHaveValue("5");
});

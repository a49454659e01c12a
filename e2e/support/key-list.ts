import { expect, type Locator, type Page } from "playwright/test";

/** The address of Developer Settings, which lists the keys. */
export const KEY_LIST = "/settings/developer";

/** The cells of a row in their order; the name is the row's header. */
const COLUMNS = ["Select", "Key", "Created", "Last used", "Requests (24 h)", "Expires", "Status", "Actions"] as const;
type Column = (typeof COLUMNS)[number];
type Cells = Partial<Record<Column, string | RegExp>>;

export const createButton = (page: Page) => page.getByRole("button", { name: "Create New API Key" }).first();
/** Finds the field that shows a new key once. */
export const newKeyField = (page: Page) => page.getByRole("textbox", { name: "API key" });
/** Finds the row of the key with this name, or with this badge beside it. */
export const keyRow = (page: Page, text: string): Locator =>
  page.getByRole("row").filter({ has: page.getByRole("rowheader").getByText(text, { exact: true }) });

/** Finds the cells that hold the names of keys. */
export const rows = (page: Page) => page.getByRole("rowheader");
/** Counts from the name, after the checkboxes. */
export const column = (page: Page, index: number) => page.getByRole("row").locator(`td:nth-child(${index + 1})`);
export const keyList = (page: Page) => page.getByRole("region", { name: "Your API keys" });
export const search = (page: Page) => page.getByRole("searchbox", { name: "Search" });

/** Opens the form for a new key and fills in its name. */
export async function fillInNewKey(page: Page, name: string): Promise<void> {
  await createButton(page).click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill(name);
}

/** Creates a key and leaves the dialog open that shows it. Returns the key. */
export async function createShownKey(page: Page, name: string): Promise<string> {
  await fillInNewKey(page, name);
  await page.getByRole("button", { name: "Create key" }).click();
  return newKeyField(page).inputValue();
}

/** Creates a key and closes the dialog that shows it. Returns the key. */
export async function createKey(page: Page, name: string): Promise<string> {
  await createShownKey(page, name);
  return closeNewKey(page);
}

/** Closes the dialog that shows a new key. Returns the key. */
export async function closeNewKey(page: Page): Promise<string> {
  const secret = await newKeyField(page).inputValue();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Close without saving" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  return secret;
}

/**
 * Opens the menu of a key's row and waits for it, because its code is loaded by the first press.
 */
export async function openRowMenu(page: Page, name: string): Promise<void> {
  await keyRow(page, name).getByRole("button", { name: "More actions" }).click();
  await expect(page.getByRole("menu")).toBeVisible();
}

/**
 * Chooses an action in the menu of a key's row. A menu that opens on a busy machine may miss the
 * first click.
 */
export async function clickRowAction(page: Page, name: string, action: string): Promise<void> {
  await openRowMenu(page, name);
  await expect(async () => {
    await page.getByRole("menuitem", { name: action }).click({ timeout: 5_000 });
    await expect(page.getByRole("menu")).toHaveCount(0, { timeout: 5_000 });
  }).toPass();
}

/** Expects one row of a key with this name, whose columns contain these texts. */
export async function expectRow(page: Page, name: string, cells: Cells = {}): Promise<void> {
  const row = keyRow(page, name);
  await expect(row).toBeVisible();
  for (const [column, text] of Object.entries(cells))
    await expect(row.getByRole("cell").nth(COLUMNS.indexOf(column as Column)), column).toContainText(text);
}

/** Returns the status with which the API answers a request for the key itself. */
export async function apiStatus(page: Page, secret: string): Promise<number> {
  return (await page.request.get("/api/v1/key", { headers: { "x-api-key": secret } })).status();
}

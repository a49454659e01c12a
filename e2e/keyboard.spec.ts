import type { Locator, Page } from "playwright/test";
import { waitForAnimations } from "#e2e/support/accessibility.ts";
import { focusProblem } from "#e2e/support/focus-problem.ts";
import { expectRow, KEY_LIST, keyList, keyRow, newKeyField } from "#e2e/support/key-list.ts";
import { expect, test } from "#e2e/support/user.ts";

test.use({ contextOptions: { reducedMotion: "no-preference" } });

/** More than any page of this test has controls. */
const STOPS_MAX = 60;
const hasFocus = (target: Locator) => target.evaluate((element) => element === document.activeElement);

/** Presses Tab until `target` has the focus. Whatever has it on the way is seen. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  await waitForAnimations(page);
  for (let stop = 0; stop < STOPS_MAX && !(await hasFocus(target)); stop += 1) {
    await page.keyboard.press("Tab");
    await expect.poll(() => focusProblem(page)).toBeNull();
  }
  await expect(target).toBeFocused();
}

async function press(page: Page, name: string, key = "Enter"): Promise<void> {
  await tabTo(page, page.getByRole("button", { name, exact: true }));
  await page.keyboard.press(key);
}

/** Opens a menu and chooses an item by the arrow keys. */
async function choose(page: Page, button: Locator, name: string): Promise<void> {
  await tabTo(page, button);
  await page.keyboard.press("Enter");
  const item = page.getByRole("menuitem", { name });
  await expect(page.getByRole("menuitem").or(page.getByRole("menuitemradio")).first()).toBeFocused();
  for (let stop = 0; stop < STOPS_MAX && !(await hasFocus(item)); stop += 1) await page.keyboard.press("ArrowDown");
  await expect(item).toBeFocused();
  await page.keyboard.press("Enter");
}

const act = (page: Page, key: string, action: string) =>
  choose(page, keyRow(page, key).getByRole("button", { name: "More actions" }), action);

/** Copies a new key and closes its dialog. */
async function copyAndClose(page: Page): Promise<void> {
  await expect(newKeyField(page)).toBeFocused();
  await tabTo(page, page.getByRole("dialog").getByRole("button", { name: "Copy" }).first());
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  await press(page, "Done", "Space");
  await expect(page.getByRole("dialog")).toHaveCount(0);
}

test("the whole life of a key is led with the keyboard alone, and the focus is always in sight", async ({
  user,
  openBrowser,
}) => {
  test.slow();
  const page = await openBrowser();
  await page.goto("/sign-in", { waitUntil: "networkidle" });
  await tabTo(page, page.getByLabel("Email"));
  await page.keyboard.type(user.email);
  await tabTo(page, page.getByLabel("Password"));
  await page.keyboard.type(user.password);
  await press(page, "Sign in");
  await page.waitForURL(KEY_LIST, { waitUntil: "networkidle" });

  await press(page, "Create New API Key");
  await expect(page.getByRole("dialog").getByRole("textbox", { name: "Name" })).toBeFocused();
  await page.keyboard.type("Worker");
  await page.keyboard.press("Enter");
  await copyAndClose(page);
  await expectRow(page, "Worker", { Status: "Active" });

  await act(page, "Worker", "Rename");
  await expect(page.getByRole("textbox", { name: "Name" })).toBeFocused();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Renderer");
  await page.keyboard.press("Enter");
  await expectRow(page, "Renderer");

  await act(page, "Renderer", "Edit note");
  await expect(page.getByRole("textbox", { name: "Note" })).toBeFocused();
  await page.keyboard.type("In the vault");
  await press(page, "Save note", "Space");
  await expect(page.getByText('Note on "Renderer" saved')).toBeVisible();

  await act(page, "Renderer", "Edit expiry");
  await expect(page.getByLabel("Expires")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await press(page, "Save expiry");
  await expectRow(page, "Renderer", { Expires: /^in / });

  await act(page, "Renderer", "Disable");
  await press(page, "Disable key");
  await expectRow(page, "Renderer", { Status: "Disabled" });
  await act(page, "Renderer", "Enable");
  await press(page, "Enable key");
  await expectRow(page, "Renderer", { Status: "Active" });

  await act(page, "Renderer", "Rotate");
  await press(page, "Rotate key");
  await copyAndClose(page);
  await tabTo(page, keyRow(page, "New key").getByRole("button", { name: "Revoke Renderer" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
  await press(page, "Revoke key");
  await expect(page.getByText('Revoked "Renderer"')).toBeVisible();

  await tabTo(page, page.getByRole("checkbox", { name: "Select all keys on this page" }));
  await page.keyboard.press("Space");
  await tabTo(page, page.getByRole("region", { name: "Selected keys" }).getByRole("button", { name: "Delete" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
  await press(page, "Delete keys");
  await expect(keyList(page)).toContainText("No API keys yet");

  await tabTo(page, page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Logs" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Logs", level: 1 })).toBeVisible();
  await tabTo(page, page.getByLabel("Status", { exact: true }));
  await page.keyboard.press("ArrowDown");
  await press(page, "Filter");
  await page.waitForURL((url) => url.searchParams.get("status") === "2xx");

  const palette = page.getByRole("dialog", { name: "Command menu" });
  await expect(async () => {
    if (!(await palette.isVisible())) await page.keyboard.press("Control+k");
    await expect(palette.getByRole("combobox")).toBeFocused({ timeout: 2_000 });
  }).toPass();
  await page.keyboard.type("usage");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Usage", level: 1 })).toBeVisible();

  await choose(page, page.getByRole("button", { name: /account menu/ }), "Sign out");
  await page.waitForURL("/sign-in");
});

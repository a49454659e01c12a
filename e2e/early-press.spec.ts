import type { Page } from "playwright/test";
import { createButton, KEY_LIST, keyRow, rows } from "#e2e/support/key-list.ts";
import { addKeys } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { openWithoutCode } from "#e2e/support/without-code.ts";

test.describe("what a user does before the page's code has arrived isn't lost", () => {
  const ACTIONS: { what: string; act: (page: Page) => Promise<void>; shown: (page: Page) => Promise<void> }[] = [
    {
      what: "a press that opens a dialog",
      act: (page) => createButton(page).click(),
      shown: (page) => expect(page.getByRole("dialog").getByRole("textbox", { name: "Name" })).toBeFocused(),
    },
    {
      what: "a press that opens a menu, although it was impatient",
      act: (page) => page.getByRole("button", { name: /account menu/ }).dblclick(),
      shown: (page) => expect(page.getByRole("menu")).toBeVisible(),
    },
    {
      what: "Enter on a row's button",
      act: (page) => keyRow(page, "key 2").getByRole("button", { name: "More actions" }).press("Enter"),
      shown: (page) => expect(page.getByRole("menuitem").first()).toBeFocused(),
    },
    {
      what: "two ticked keys",
      async act(page) {
        for (const name of ["key 0", "key 2"]) await keyRow(page, name).getByRole("checkbox").check();
      },
      shown: (page) =>
        expect(page.getByRole("region", { name: "Selected keys" }).getByText("2 keys selected")).toBeVisible(),
    },
    {
      what: "a chosen filter",
      async act(page) {
        await page.getByRole("combobox", { name: "Status" }).selectOption("Revoked");
      },
      async shown(page) {
        await expect(page).toHaveURL(/status=revoked/);
        await expect(rows(page)).toHaveCount(0);
        await expect(page.getByRole("combobox", { name: "Status" })).toHaveValue("revoked");
      },
    },
  ];
  for (const { what, act, shown } of ACTIONS)
    test(what, async ({ page, user }) => {
      await addKeys(user.email, 3);
      const letCodeRun = await openWithoutCode(page, KEY_LIST);
      await act(page);
      await letCodeRun();
      await shown(page);
    });
});

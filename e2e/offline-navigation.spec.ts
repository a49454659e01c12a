import { freePort } from "#e2e/support/free-port.ts";
import { KEY_LIST } from "#e2e/support/key-list.ts";
import { startTcpSwitch } from "#e2e/support/tcp-switch.ts";
import { expect, test } from "#e2e/support/user.ts";
import { codeRuns } from "#e2e/support/without-code.ts";

test("a click on the navigation keeps the page offline, says so, and works again later", async ({
  page,
  user: _,
  context,
}) => {
  await page.goto(KEY_LIST, { waitUntil: "networkidle" });
  await codeRuns(page);
  await context.setOffline(true);
  await page.getByRole("link", { name: "Usage" }).click();
  await expect(page.getByRole("status").filter({ hasText: "You're offline, so this page stays open." })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Developer Settings" })).toBeVisible();
  expect(page.url()).toContain(KEY_LIST);
  await context.setOffline(false);
  await expect(page.getByText("You're offline")).toBeHidden();
  await page.getByRole("link", { name: "Usage" }).click();
  await expect(page.getByRole("heading", { name: "Usage", level: 1 })).toBeVisible();
});

test("a click while the server can't be reached keeps the page, says why, and works again later", async ({
  page,
  user: _,
  baseURL,
}) => {
  const { port, href } = new URL(String(baseURL));
  const line = await startTcpSwitch(Number(port));
  const near = href.replace(port, String(line.port));
  try {
    await page.goto(new URL(KEY_LIST, near).href, { waitUntil: "networkidle" });
    await codeRuns(page);
    line.turnTo(await freePort());
    const said = page.getByRole("status").filter({ hasText: "The server can't be reached, so this page stays open." });
    for (const name of ["Usage", "Activity", "Activity"]) {
      await page.getByRole("link", { name }).click();
      await expect(said).toBeVisible();
      await expect(page.getByRole("heading", { name: "Developer Settings" })).toBeVisible();
      expect(page.url()).toContain(KEY_LIST);
    }
    line.turnTo(Number(port));
    await page.getByRole("link", { name: "Activity" }).click();
    await expect(page.getByRole("heading", { name: "Activity", level: 1 })).toBeVisible();
    await expect(said).toBeHidden();
  } finally {
    line.close();
  }
});

test("a form of filters keeps the page offline, too, and what was chosen", async ({ page, user: _, context }) => {
  await page.goto("/settings/activity", { waitUntil: "networkidle" });
  await codeRuns(page);
  await page.getByLabel("Action").selectOption("Name changed");
  // Playwright waits for the end of a navigation that never begins, so the page itself has to tell.
  const stayed = Promise.withResolvers<string>();
  await page.exposeFunction("tellStay", stayed.resolve);
  await page.evaluate(() => {
    const { tellStay } = window as unknown as { tellStay: (at: string) => void };
    new MutationObserver(() => {
      if (document.body.textContent.includes("You're offline, so this page stays open."))
        tellStay(`${location.pathname}, ${document.querySelector("select")?.value}`);
    }).observe(document.body, { subtree: true, childList: true });
  });
  await context.setOffline(true);
  await page.getByRole("button", { name: "Filter" }).click({ noWaitAfter: true });
  expect(await stayed.promise).toBe("/settings/activity, account.renamed");
});

import { KEY_LIST, keyRow } from "#e2e/support/key-list.ts";
import { addKeys } from "#e2e/support/seed.ts";
import { expect } from "#e2e/support/user.ts";
import { findUserId } from "#e2e/support/user-id.ts";
import { test } from "#e2e/support/with-database.ts";
import { codeRuns } from "#e2e/support/without-code.ts";
import { database } from "#lib/database/client.ts";

test("an open list asks for a stamp every 10 s, and is rendered only when it has changed", async ({ page, user }) => {
  await addKeys(user.email, 2);
  await page.clock.install();
  await page.goto(KEY_LIST, { waitUntil: "networkidle" });
  await codeRuns(page);
  const rendered: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).pathname === KEY_LIST) rendered.push(request.method());
  });
  const tick = async () => {
    const answer = page.waitForResponse(/\/settings\/developer\/stamp/);
    await page.clock.runFor(10_000);
    return answer;
  };
  const stamp = await (await tick()).text();
  expect(await (await tick()).text()).toBe(stamp);
  expect(rendered).toEqual([]);

  const userId = await findUserId(user.email);
  await database().apiKey.updateMany({ where: { userId, name: "key 1" }, data: { name: "renamed elsewhere" } });
  expect(await (await tick()).text()).not.toBe(stamp);
  await expect(keyRow(page, "renamed elsewhere")).toBeVisible();
  await tick();
  expect(rendered).toEqual(["GET"]);
});

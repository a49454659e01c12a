import type { Page } from "playwright/test";
import { expectAccessibleInBothThemes, expectNoSidewaysScroll } from "#e2e/support/accessibility.ts";
import { readCsv } from "#e2e/support/csv.ts";
import { CALLER, seedKey } from "#e2e/support/seed.ts";
import { expect, newUser, signIn, signOut } from "#e2e/support/user.ts";
import { findUserId } from "#e2e/support/user-id.ts";
import { test } from "#e2e/support/with-database.ts";
import { setTier } from "#lib/accounts/store.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { reserve } from "#lib/credits/store.ts";
import { database } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

const PAGES = { usage: "Usage", activity: "Activity", account: "Account" };

const ask = (page: Page, path: string, secret: string) =>
  page.request.get(`/api/v1${path}`, { headers: { "x-api-key": secret } });
/** Reads a table once its page has come. After a click, first wait for the new address. */
const cells = async (page: Page, table: string) => {
  await page.waitForLoadState();
  const region = page.getByRole("region", { name: table, exact: true });
  await region.waitFor();
  return region
    .getByRole("row")
    .evaluateAll((rows) =>
      rows.slice(1).map((row) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent)),
    );
};

test.describe("usage", () => {
  test("shows requests and their cost by day, by key and in the ledger, and the credits left", async ({
    page,
    user,
  }) => {
    const { secret, key } = await seedKey(user.email);
    for (const path of ["/key", "/key", "/auth?cost=7", "/auth?cost=1000"]) await ask(page, path, secret);
    await expect(async () => {
      await page.goto("/settings/usage");
      await expect(page.getByText("Peak: 4")).toBeVisible({ timeout: 500 });
    }).toPass();
    await expect(page.getByRole("definition").filter({ hasText: /^7 of 100 used93 left, / })).toBeVisible();
    await expect(page.getByRole("definition").filter({ hasText: /^1 of 1,000 used/ })).toContainText(
      /Renews on \w+ 1 \(UTC\)\.$/,
    );
    expect(await cells(page, "Requests by key")).toEqual([[key.name, `${key.prefix}…`, "4", "3", "7"]]);
    await page.locator("section", { hasText: "Credits spent" }).getByText("Show as a table").click();
    expect((await cells(page, "Credits by day")).map(([, credits]) => credits)).toEqual(["7"]);
    const today = new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" }).format();
    expect(await cells(page, "Credits by day and key")).toEqual([
      [`${today}Balance 93`],
      [`Production App on ${today}`, "-7", "–", "–"],
      [`Added to the account on ${today}`, "–", "–", "+100"],
    ]);
  });

  test.describe("without JavaScript", () => {
    test.use({ javaScriptEnabled: false });
    test("paging reaches every key and every row of the ledger, and the exported ledger sums up to the balance", async ({
      page,
      user,
    }) => {
      await setTier(await findUserId(user.email), "scale", CALLER);
      const keys = await Promise.all(Array.from({ length: 26 }, () => seedKey(user.email)));
      for (const { secret } of keys) expect((await ask(page, "/auth?cost=2", secret)).status()).toBe(204);
      const [first] = keys as [(typeof keys)[number]];
      await ask(page, "/auth?cost=3", first.secret);
      await expect(async () => {
        await page.goto("/settings/usage?days=7");
        await expect(page.getByText("Peak: 27")).toBeVisible({ timeout: 500 });
      }).toPass();

      const busiest = await cells(page, "Requests by key");
      expect(busiest).toHaveLength(25);
      expect(busiest[0]).toEqual([first.key.name, `${first.key.prefix}…`, "2", "2", "5"]);
      await page.getByRole("navigation", { name: "Pages of keys" }).getByRole("link", { name: "Less busy" }).click();
      await expect(page).toHaveURL(/\/settings\/usage\?days=7&keys=later_1_[0-9a-f-]{36}#by-key$/);
      const rest = await cells(page, "Requests by key");
      expect(rest.map((row) => row.slice(2))).toEqual([["1", "1", "2"]]);
      expect(new Set([...busiest, ...rest].map(([, prefix]) => prefix)).size).toBe(26);

      const ledger = page.getByRole("navigation", { name: "Pages of the ledger" });
      const [day, ...newest] = await cells(page, "Credits by day and key");
      expect(day?.[0]).toMatch(/Balance 45$/);
      await expect(ledger.getByRole("link")).toHaveText(["Older"]);
      await ledger.getByRole("link", { name: "Older" }).click();
      await expect(page).toHaveURL(/\?days=7&keys=later_.+&ledger=later_[\d-]{10}_[0-9a-f-]{36}#ledger$/);
      const [sameDay, ...older] = await cells(page, "Credits by day and key");
      expect(sameDay).toEqual(day);
      expect([newest.length, older.length]).toEqual([25, 2]);
      expect(older.at(-1)?.slice(1)).toEqual(["–", "–", "+100"]);
      const charged = [...newest, ...older].map(([, credits]) => Number(credits) || 0);
      expect(charged.reduce((sum, credits) => sum + credits)).toBe(-55);
      await expect(ledger.getByRole("link")).toHaveText(["Newer"]);

      const href = await page.getByRole("link", { name: "Export CSV" }).getAttribute("href");
      const answer = await page.request.get(String(href));
      expect(answer.headers()["content-disposition"]).toBe('attachment; filename="credits.csv"');
      const [head, ...rows] = readCsv(await answer.text());
      expect(head).toEqual(["time", "what", "credits", "key", "key id", "row"]);
      expect(rows).toHaveLength(28);
      expect(rows[0]?.slice(1)).toEqual(["Charged", "-3", "Production App", first.key.id, "single"]);
      const exported = rows.map(([, , credits]) => Number(credits));
      await expect(page.getByText(`${exported.reduce((sum, credits) => sum + credits)} left, `)).toBeVisible();

      await ledger.getByRole("link", { name: "Newer" }).click();
      await expect(page).toHaveURL(/\?days=7&keys=later_.+&ledger=earlier_.+#ledger$/);
      expect(await cells(page, "Credits by day and key")).toEqual([day, ...newest]);
      expect(await cells(page, "Requests by key")).toEqual(rest);
      await page.getByRole("navigation", { name: "Pages of keys" }).getByRole("link", { name: "Busier" }).click();
      await expect(page).toHaveURL(/keys=earlier_.+#by-key$/);
      expect(await cells(page, "Requests by key")).toEqual(busiest);
      await page.goto(
        "/settings/usage?days=x&month=2026-13&keys=later_9223372036854775808_x&ledger=later_2026-13-45_x",
      );
      expect(await cells(page, "Requests by key")).toEqual(busiest);
      expect(await cells(page, "Credits by day and key")).toEqual([day, ...newest]);

      // The month before is linked, and empty.
      await page.getByRole("navigation", { name: "Month" }).getByRole("link").click();
      await expect(page.getByText(/^No requests in \w+ \d{4}\.$/)).toBeVisible();
      await page.getByRole("navigation", { name: "Month" }).getByRole("link").last().click();
      await expect(page).toHaveURL(new RegExp(`month=${new Date().toISOString().slice(0, 7)}`));
      expect(await cells(page, "Requests by key")).toEqual(busiest);
    });
  });
});

test.describe("a row of the ledger", () => {
  test("opens into its movements, page by page, until only the sums of its day are kept", async ({ page, user }) => {
    const { userId, key } = await seedKey(user.email);
    await database().$executeRaw`
      WITH "balance" AS (UPDATE "Balance" SET "credits" = "credits" - 61 WHERE "userId" = ${userId}::uuid)
      INSERT INTO "CreditMovement" ("userId", "kind", "amount", "apiKeyId", "createdAt")
      SELECT ${userId}::uuid, 'charged', -1, ${key.id}::uuid, now() - make_interval(days => CASE WHEN i = 61 THEN 200 ELSE 1 END)
      FROM generate_series(1, 61) i`;
    await database().$executeRaw`
      INSERT INTO "LedgerDetail" ("day") VALUES ((now() AT TIME ZONE 'UTC')::date - 100) ON CONFLICT ("id") DO NOTHING`;
    await reserve({ userId, apiKeyId: key.id, credits: 5, quota: null }, 60);

    await page.goto("/settings/usage");
    const table = page.getByRole("region", { name: "Credits by day and key", exact: true });
    const [today, yesterday, rolledUp] = [0, 1, 200].map((ago) =>
      new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10),
    );
    await table
      .getByRole("link", { name: /^Production App/ })
      .first()
      .click();
    await expect(page).toHaveURL(`/settings/usage/${today}/${key.id}`);
    expect((await cells(page, "Single movements")).map((row) => row.slice(0, 2))).toEqual([["Reserved", "-5"]]);
    await page.goBack();
    await table
      .getByRole("link", { name: /^Production App/ })
      .nth(1)
      .click();
    await expect(page).toHaveURL(`/settings/usage/${yesterday}/${key.id}`);
    expect(await cells(page, "Single movements")).toHaveLength(50);
    const pages = page.getByRole("navigation", { name: "Pages of movements" });
    await pages.getByRole("link", { name: "Older" }).click();
    await expect(page).toHaveURL(/\?from=later_/);
    await expect(pages.getByRole("link")).toHaveText(["Newer"]);
    expect(await cells(page, "Single movements")).toHaveLength(10);
    await expectAccessibleInBothThemes(page);
    await page.setViewportSize({ width: 375, height: 812 });
    await expectNoSidewaysScroll(page);

    await page.goto(`/settings/usage/${rolledUp}/${key.id}`);
    await expect(page.getByText("Of this day only the sums above are kept.")).toBeVisible();
    await expect(page.locator("dl > div").filter({ hasText: "Charged" }).locator("dd")).toHaveText("1");

    for (const path of [`${yesterday}/${userId}`, `2026-02-30/${key.id}`, `${yesterday}/x`]) {
      expect((await page.goto(`/settings/usage/${path}`))?.status(), path).toBe(404);
    }
  });
});

test.describe("activity", () => {
  test("is listed, filtered, and exported without a formula", async ({ page, user }) => {
    const { userId: id, key } = await seedKey(user.email);
    await revokeApiKey(id, key.id, CALLER);
    await database().activity.create({
      data: { userId: id, actor: "user", action: "api_key.created", details: { name: '=HYPERLINK("x")' } },
      select: { id: true },
    });
    await page.goto("/settings/activity");
    expect((await cells(page, "Activity")).map(([what]) => what)).toEqual([
      "Key created",
      "Key revoked",
      "Key created",
      "Account created",
    ]);
    await page.getByRole("link", { name: "Account", exact: true }).last().click();
    await expect(page).toHaveURL("/settings/activity?about=account");
    expect((await cells(page, "Activity")).map(([what]) => what)).toEqual(["Account created"]);

    await page.getByRole("link", { name: "Keys", exact: true }).click();
    await expect(page).toHaveURL("/settings/activity?about=api_key");
    const href = await page.getByRole("link", { name: "Export CSV" }).getAttribute("href");
    const answer = await page.request.get(String(href));
    expect(answer.headers()["content-disposition"]).toBe('attachment; filename="activity.csv"');
    const rows = readCsv(await answer.text());
    expect(rows).toHaveLength(4);
    expect(rows[1]?.slice(1, 4)).toEqual(["Key created", `'=HYPERLINK("x")`, "user"]);

    await page.goto("/settings/activity?about=api_key&page=999");
    expect(await cells(page, "Activity")).toHaveLength(3);
  });

  test.describe("without JavaScript", () => {
    test.use({ javaScriptEnabled: false });
    test("is paged to its end and back while it grows, and filtered by key, action and day", async ({ page, user }) => {
      const { userId: id, key } = await seedKey(user.email);
      const rename = (ago: number) => ({
        userId: id,
        actor: "user" as const,
        action: "account.renamed",
        details: { from: "Ada", to: `Ada ${ago}` },
        createdAt: new Date(Date.now() - ago * DAY_MS),
      });
      await database().activity.createMany({ data: Array.from({ length: 120 }, (_, i) => rename(i + 1)) });
      const pages = page.getByRole("navigation", { name: "Pages" });
      const details = async () => (await cells(page, "Activity")).map(([, detail]) => detail);

      await page.goto("/settings/activity");
      const seen = [await details()];
      await expect(pages.getByRole("link")).toHaveText(["Older"]);
      for (let page = 2; page <= 3; page += 1) {
        await database().activity.create({ data: rename(0), select: { id: true } });
        await pages.getByRole("link", { name: "Older" }).click();
        seen.push(await details());
      }
      await expect(pages.getByRole("link")).toHaveText(["Newer"]);
      expect(seen.map(({ length }) => length)).toEqual([50, 50, 22]);
      expect(new Set(seen.flat()).size).toBe(122);
      await pages.getByRole("link", { name: "Newer" }).click();
      expect(await details()).toEqual(seen[1]);

      await page.goto(`/settings/developer/${key.id}`);
      await page.getByRole("link", { name: "All activity of this key" }).click();
      await expect(page).toHaveURL(`/settings/activity?key=${key.id}`);
      await expect(page.getByText(`Activity of ${key.name}`)).toBeVisible();
      expect((await cells(page, "Activity")).map(([what]) => what)).toEqual(["Key created"]);
      await page.getByRole("link", { name: "All keys" }).click();

      const day = rename(30).createdAt.toISOString().slice(0, 10);
      await page.getByLabel("Action").selectOption("Name changed");
      await page.getByLabel("From (UTC)").fill(day);
      await page.getByLabel("To (UTC)").fill(day);
      await page.getByRole("button", { name: "Filter" }).click();
      expect(await details()).toEqual(["Ada → Ada 30"]);
      const href = await page.getByRole("link", { name: "Export CSV" }).getAttribute("href");
      expect(readCsv(await (await page.request.get(String(href))).text())).toHaveLength(2);
      await page.getByRole("link", { name: "Clear" }).click();
      await expect(page).toHaveURL("/settings/activity");
    });
  });
});

test.describe("account", () => {
  test("a name is changed, and a new password signs out every other browser", async ({
    page,
    user,
    signInElsewhere,
  }) => {
    const other = await signInElsewhere(user);

    await page.goto("/settings/account");
    await page.getByLabel("Name").fill("");
    await page.getByRole("button", { name: "Save name" }).click();
    await expect(page.getByText("Enter your name.")).toBeVisible();
    await page.getByLabel("Name").fill("Ada King");
    await page.getByRole("button", { name: "Save name" }).click();
    await expect(page.getByText("Saved")).toBeVisible();
    await expect(page.getByRole("button", { name: /Ada King/ })).toBeVisible();

    const change = async (current: string, next: string) => {
      await page.getByLabel("Current password").fill(current);
      await page.getByLabel("New password").fill(next);
      await page.getByRole("button", { name: "Change password" }).click();
    };
    await change("not my password", "a wholly new password");
    await expect(page.getByText("This is not your password.")).toBeVisible();
    await change(user.password, "Password123");
    await expect(page.getByLabel("New password")).toHaveAttribute("aria-invalid", "true");
    await change(user.password, "a wholly new password");
    await expect(page.getByText("Changed. Other browsers signed out: 1.")).toBeVisible();

    await other.goto("/settings/developer");
    await expect(other).toHaveURL(/\/sign-in/);
    await page.reload();
    await expect(page.getByRole("heading", { level: 1, name: "Account" })).toBeVisible();
    await signIn(other, { email: user.email, password: user.password });
    await expect(other.getByText(/is wrong/)).toBeVisible();
    await signIn(other, { email: user.email, password: "a wholly new password" });
    await other.waitForURL("/settings/developer");
  });

  test("changing the address needs the password and an address without an account", async ({
    page,
    user,
    asAnotherUser,
  }) => {
    const bob = newUser("Bob");
    await asAnotherUser(bob);
    await page.goto("/settings/account");
    const form = page.getByRole("region", { name: "Email" });
    const change = async (email: string, password: string) => {
      await form.getByLabel("Email").fill(email);
      await form.getByLabel("Password").fill(password);
      await form.getByRole("button", { name: "Change email" }).click();
    };
    const email = `new-${user.email}`;
    await change(email, "not my password");
    await expect(form.getByText("This is not your password.")).toBeVisible();
    await change(bob.email, user.password);
    await expect(form.getByText("Another account has this address.")).toBeVisible();
    await change(` ${email.toUpperCase()} `, user.password);
    await expect(form.getByText("Changed", { exact: true })).toBeVisible();
    await signOut(page);
    await signIn(page, { email, password: user.password });
    await page.waitForURL("/settings/developer");
    await page.goto("/settings/activity");
    await expect(page.getByRole("row").filter({ hasText: "Email changed" })).toContainText(`${user.email} → ${email}`);
  });

  test("browsers are listed, and signed out one by one or all others at once", async ({
    page,
    user,
    signInElsewhere,
  }) => {
    const userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    const others = await Promise.all([1, 2, 3].map(() => signInElsewhere(user, { userAgent })));
    await page.goto("/settings/account");
    const list = page.getByRole("list", { name: "Signed-in browsers" }).getByRole("listitem");
    await expect(list).toHaveCount(4);
    await expect(list.filter({ hasText: "This browser" }).getByRole("button")).toHaveCount(0);
    await expect(list.filter({ hasText: "Firefox on Linux" })).toHaveCount(3);
    await list.filter({ hasText: "Firefox on Linux" }).first().getByRole("button", { name: "Sign out" }).click();
    await expect(list).toHaveCount(3);
    await expect(page.getByRole("status").filter({ hasText: "1 browser was signed out." })).toBeVisible();
    await expect(page.getByRole("list", { name: "Signed-in browsers" })).toBeFocused();
    await page.getByRole("button", { name: "Sign out everywhere else" }).click();
    await expect(list).toHaveCount(1);
    await expect(page.getByText("2 browsers were signed out.")).toBeVisible();
    for (const other of others) {
      await other.goto("/settings/developer");
      await expect(other).toHaveURL(/\/sign-in/);
    }
  });

  test("a user can't sign out another user's browser", async ({ page, user, asAnotherUser }) => {
    const { email } = newUser("Bob");
    const bob = await asAnotherUser({ name: "Bob", email, password: user.password });
    const spare = { userId: await findUserId(email), address: "", userAgent: "spare" };
    await database().session.create({ data: spare, select: { id: true } });
    const adas = await database().session.findFirstOrThrow({
      where: { userId: await findUserId(user.email) },
      select: { id: true },
    });
    await bob.goto("/settings/account");
    await bob.getByRole("button", { name: "Sign out", exact: true }).evaluate((button: HTMLButtonElement, id) => {
      button.value = id;
    }, adas.id);
    await bob.getByRole("button", { name: "Sign out", exact: true }).click();
    await bob.waitForLoadState("networkidle");
    await page.goto("/settings/account");
    await expect(page.getByRole("heading", { level: 1, name: "Account" })).toBeVisible();
  });
});

for (const [path, title] of Object.entries(PAGES)) {
  test(`/settings/${path} is in the navigation, needs a session, has no violation in either theme, and fits a phone`, async ({
    page,
    user: _,
    openBrowser,
  }) => {
    await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: title }).click();
    await expect(page).toHaveURL(`/settings/${path}`);
    await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
    await expectAccessibleInBothThemes(page);
    await page.setViewportSize({ width: 375, height: 812 });
    await expectNoSidewaysScroll(page);
    const tables = page.locator("section:has(> table)");
    expect(await tables.evaluateAll((all) => all.every((one) => one.scrollWidth <= one.clientWidth))).toBe(true);

    const visitor = await openBrowser();
    await visitor.goto(`/settings/${path}`);
    await expect(visitor).toHaveURL(`/sign-in?next=%2Fsettings%2F${path}`);
    expect((await visitor.request.get("/settings/activity/export", { maxRedirects: 0 })).status()).toBe(307);
  });
}

for (const shown of ["/settings/developer?status=active", "/settings/usage", "/settings/activity?about=api_key"])
  test(`an export without a session leads to sign-in and then to its page: ${shown}`, async ({ page, user }) => {
    await seedKey(user.email);
    await page.goto(shown);
    const link = page.getByRole("link", { name: "Export CSV" });
    await page.context().clearCookies();
    await link.click();
    await page.waitForURL(/sign-in/);
    await signIn(page, user);
    await expect(page).toHaveURL(shown);
    const download = page.waitForEvent("download");
    await link.click();
    expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  });

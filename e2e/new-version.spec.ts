import { spawnSync } from "node:child_process";
import { cp } from "node:fs/promises";
import path from "node:path";
import type { Page } from "playwright/test";
import { freePort } from "#e2e/support/free-port.ts";
import { createButton, createKey, expectRow, fillInNewKey, KEY_LIST, newKeyField } from "#e2e/support/key-list.ts";
import { startDashboard } from "#e2e/support/start-dashboard.ts";
import { serverEnvironment, temporaryDirectory } from "#e2e/support/start-server.ts";
import { expect, newUser, signIn, signUp } from "#e2e/support/user.ts";
import { test as base } from "#e2e/support/with-database.ts";

const PROJECT = path.resolve(import.meta.dirname, "..");
/**
 * Folders that a checkout doesn't have. Packages are hard links, because a build accepts none
 * outside.
 */
const LEFT_OUT = ["node_modules", ".next", ".git", ".env", "data", "test-results"];

type Deployment = {
  url: string;
  /** Stops the server and starts the one of the other build on the same data. */
  deploy: () => Promise<void>;
};

const test = base.extend<{ deployment: Deployment }, { newer: string }>({
  /** The same sources, built once more: with another key all actions have other names. */
  newer: [
    async ({ browserName: _ }, use) => {
      const { directory, remove } = await temporaryDirectory();
      const filter = (source: string) => !LEFT_OUT.includes(path.relative(PROJECT, source));
      await cp(PROJECT, directory, { recursive: true, filter });
      const packages = [path.join(PROJECT, "node_modules"), directory];
      // Another file system takes no hard links.
      const linked = [["-al"], ["-a"]].some((how) => spawnSync("cp", [...how, ...packages]).status === 0);
      expect(linked).toBe(true);
      const NEXT_SERVER_ACTIONS_ENCRYPTION_KEY = Buffer.alloc(32, "another key").toString("base64");
      const env = serverEnvironment({ NEXT_SERVER_ACTIONS_ENCRYPTION_KEY });
      const built = spawnSync(process.execPath, ["scripts/build.ts"], { cwd: directory, env, encoding: "utf8" });
      expect(built.status, built.stdout + built.stderr).toBe(0);
      await use(directory);
      await remove();
    },
    { scope: "worker", timeout: 300_000 },
  ],
  deployment: async ({ newer }, use) => {
    const settings = { PORT: String(await freePort()) };
    let server = await startDashboard(settings);
    await use({
      url: server.url,
      deploy: async () => {
        await server.end("SIGTERM");
        server = await startDashboard(settings, newer);
      },
    });
    await server.end("SIGTERM");
  },
  baseURL: ({ deployment }, use) => use(deployment.url),
});

// All tests share one build.
test.describe.configure({ mode: "default" });

const alert = (page: Page) => page.getByRole("alert").filter({ hasText: "There is a new version" });
const reload = (page: Page) => alert(page).getByRole("button", { name: "Reload" }).click();
const nameField = (page: Page) => page.getByRole("textbox", { name: "Name" });

test("a form that was open during a deploy says so, and is filled in again after Reload", async ({
  page,
  user: _,
  deployment,
}) => {
  await page.goto(KEY_LIST);
  await fillInNewKey(page, "Nightly backup");
  await page.getByText("Staging").click();
  await page.getByLabel("Expires").selectOption("90d");
  await deployment.deploy();
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(alert(page)).toBeVisible();
  await expect(nameField(page)).toHaveValue("Nightly backup");
  await reload(page);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await createButton(page).click();
  await expect(nameField(page)).toHaveValue("Nightly backup");
  await expect(page.getByRole("radio", { name: "Staging" })).toBeChecked();
  await expect(page.getByLabel("Expires")).toHaveValue("90d");
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(newKeyField(page)).toBeVisible();
});

test("a dialog that was open during a deploy says so, and works after Reload", async ({
  page,
  user: _,
  deployment,
}) => {
  await page.goto(KEY_LIST);
  await createKey(page, "To go");
  const revoke = async () => {
    await page.getByRole("button", { name: "Revoke To go" }).click();
    await page.getByRole("alertdialog").waitFor();
  };
  await revoke();
  await deployment.deploy();
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(alert(page)).toBeVisible();
  await reload(page);
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await revoke();
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expectRow(page, "To go", { Status: "Revoked" });
});

test("sign-in and sign-up keep what was typed, except the password, through a deploy and Reload", async ({
  page: up,
  context,
  deployment,
}) => {
  const user = newUser();
  const inside = await context.newPage();
  await up.goto("/sign-up");
  await inside.goto("/sign-in");
  await up.getByLabel("Name").fill(user.name);
  for (const page of [up, inside]) {
    await page.getByLabel("Email").fill(user.email);
    await page.getByLabel("Password").fill(user.password);
  }
  await deployment.deploy();
  for (const [page, button] of [
    [up, "Create account"],
    [inside, "Sign in"],
  ] as const) {
    await page.getByRole("button", { name: button }).click();
    await expect(alert(page)).toBeVisible();
    await expect(page.getByLabel("Email")).toHaveValue(user.email);
    await reload(page);
    await expect(alert(page)).toHaveCount(0);
    await expect(page.getByLabel("Email")).toHaveValue(user.email);
    await expect(page.getByLabel("Password")).toHaveValue("");
    await page.getByLabel("Password").fill(user.password);
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(user.password);
  }
  await expect(up.getByLabel("Name")).toHaveValue(user.name);
  await up.getByRole("button", { name: "Create account" }).click();
  await up.waitForURL(KEY_LIST);
  await context.clearCookies();
  await inside.getByRole("button", { name: "Sign in" }).click();
  await inside.waitForURL(KEY_LIST);
});

test("signing out on a page of an earlier version says that there is a new one", async ({
  page,
  user: _,
  deployment,
}) => {
  await page.goto(KEY_LIST);
  await page.getByRole("button", { name: /account menu/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).waitFor();
  await deployment.deploy();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "There is a new version" })).toBeVisible();
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(page.getByRole("heading", { name: "Developer Settings" })).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a form of an earlier version leads back to its page, which says that there is a new one", async ({
    page,
    deployment,
  }) => {
    const user = newUser();
    await signUp(page, user);
    await page.context().clearCookies();
    await page.goto("/sign-in?next=/settings/usage");
    await page.getByLabel("Email").fill(user.email);
    await deployment.deploy();
    await signIn(page, user);
    await expect(page.getByRole("status").filter({ hasText: "There is a new version" })).toBeVisible();
    await signIn(page, user);
    await page.waitForURL("/settings/usage");
  });
});

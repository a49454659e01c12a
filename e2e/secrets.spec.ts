import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import type { Request } from "playwright/test";
import { createShownKey, expectRow, KEY_LIST } from "#e2e/support/key-list.ts";
import { startServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { expect, newUser, signUp, test } from "#e2e/support/user.ts";
import { startEmbedded } from "#lib/database/embedded.ts";

/** Returns all rows of all tables as text. */
async function everythingStored(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS "name" FROM pg_tables WHERE schemaname = 'public'`,
  );
  let text = "";
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(`SELECT "t"::text AS "row" FROM ${name} AS "t"`);
    text += rows.map(({ row }) => row).join("\n");
  }
  await client.query("CHECKPOINT");
  await client.end();
  return text;
}

const isAction = (request: Request) => "next-action" in request.headers();

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** Names a file that holds a text, with the bytes around it. */
function textAround(text: string, file: string): string[] {
  const content = readFileSync(file, "latin1");
  const at = content.indexOf(text);
  return at < 0 ? [] : [`${file}: ${content.slice(Math.max(0, at - 200), at + 200)}`];
}

test("a key is in one answer, and in no other one, no log, no browser storage, no table and no file of the database", async ({
  browser,
}) => {
  const { directory, remove } = await temporaryDirectory();
  const server = await startServer({ DATA_DIR: directory, LOG_LEVEL: "trace" });
  const context = await browser.newContext({ baseURL: server.url });
  try {
    const page = await context.newPage();
    const user = newUser();
    const pages: { url: string; body: Promise<string> }[] = [];
    page.on("response", (response) => {
      if (!isAction(response.request())) pages.push({ url: response.url(), body: response.text().catch(() => "") });
    });
    // A body that a script has streamed can't always be read again, so these are read on their way.
    const actions: string[] = [];
    await page.route("**/*", async (route) => {
      if (!isAction(route.request())) return route.fallback();
      const response = await route.fetch({ maxRedirects: 0 });
      const body = await response.text();
      actions.push(body);
      await route.fulfill({ response, body });
    });
    await signUp(page, user);
    const secret = await createShownKey(page, "Secret");
    await page.getByRole("button", { name: "Send a test request" }).click();
    await expect(page.getByText("200 OK")).toBeVisible();
    await page.getByRole("button", { name: "Done" }).click();
    const rejected: { url: string; headers: Record<string, string> }[] = [
      { url: "/api/v1/key", headers: { authorization: `Bearer ${secret}0` } },
      { url: `/api/v1/key?api_key=${secret}`, headers: {} },
      { url: `/${secret}`, headers: {} },
    ];
    for (const { url, headers } of rejected) expect((await page.request.get(url, { headers })).ok()).toBe(false);
    for (const body of ["{", `{"prompt":"${secret}"}`]) {
      await page.request.post("/api/v1/bytedance/generate-image", {
        headers: { "x-api-key": secret, "content-type": "application/json" },
        data: Buffer.from(body),
      });
    }
    await page.goto(`${KEY_LIST}?q=${secret}`);
    await expect(async () => {
      await page.goto(KEY_LIST);
      await expect(page.locator("td:nth-child(5) time")).toHaveText("just now", { timeout: 500 });
    }).toPass();
    await page.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("alertdialog").getByRole("textbox").fill("Secret");
    await page.getByRole("button", { name: "Revoke key" }).click();
    await expectRow(page, "Secret", { Status: "Revoked" });
    // A part of the key must not be stored either.
    const part = secret.slice(10, 24);

    const holding: string[] = [];
    for (const { url, body } of pages) if ((await body).includes(part)) holding.push(url);
    expect(holding).toEqual([]);
    expect(actions.filter((body) => body.includes(part))).toHaveLength(1);
    const browserState = JSON.stringify([
      await context.storageState({ indexedDB: true }),
      await page.evaluate(() => ({ ...sessionStorage })),
    ]);
    expect(browserState).not.toContain(part);

    const { url } = await startEmbedded(directory, "guest");
    const stored = await everythingStored(url);
    expect(stored).toContain(createHash("sha256").update(secret).digest("hex"));
    for (const secretText of [part, user.password]) expect(stored).not.toContain(secretText);
    expect(filesBelow(directory).flatMap((file) => textAround(part, file))).toEqual([]);
    expect(await server.end("SIGTERM")).toBe(0);
    const cookie = (await context.cookies()).find(({ name }) => name === "goodtake-session")?.value ?? "no cookie";
    expect(server.output()).not.toContain('"level":"error"');
    // The log has a line for each request.
    for (const said of ["ready at", '"route":"/api/v1/key","status":200', '"route":"/api/v1/key","status":401'])
      expect(server.output()).toContain(said);
    for (const secretText of [part, user.password, cookie]) expect(server.output()).not.toContain(secretText);
  } finally {
    await context.close();
    await server.end("SIGKILL");
    await remove();
  }
});

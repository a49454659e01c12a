import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { freePort } from "#e2e/support/free-port.ts";
import { startDashboard } from "#e2e/support/start-dashboard.ts";
import { startServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { expect, newUser, signUp } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";

/** Sends the sign-up form as a browser without JavaScript does. Returns the answer. */
async function signUpByHand(url: string, headers: Record<string, string>): Promise<Response> {
  const page = await (await fetch(`${url}/sign-up`, { headers })).text();
  const form = new FormData();
  for (const [input] of page.matchAll(/<input type="hidden"[^>]*>/g)) {
    const [, name = ""] = /name="([^"]*)"/.exec(input) ?? [];
    const [, value = ""] = /value="([^"]*)"/.exec(input) ?? [];
    form.set(name, value.replaceAll("&quot;", '"').replaceAll("&amp;", "&"));
  }
  for (const [name, value] of Object.entries(newUser())) form.set(name, value);
  return fetch(`${url}/sign-up`, { method: "POST", headers, body: form, redirect: "manual" });
}

test("behind TLS the session cookie is Secure and bound to its host", async () => {
  const PORT = String(await freePort());
  const server = await startDashboard({ PORT, PUBLIC_URL: `https://127.0.0.1:${PORT}` });
  try {
    const answer = await signUpByHand(`http://127.0.0.1:${PORT}`, { origin: `https://127.0.0.1:${PORT}` });
    expect(answer.status).toBe(303);
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith("__Host-goodtake-session="));
    for (const flag of ["Secure", "HttpOnly", "SameSite=lax", "Path=/"])
      expect(cookie?.toLowerCase()).toContain(`; ${flag.toLowerCase()}`);
    expect(cookie).not.toMatch(/domain/i);
    expect(answer.headers.get("location")).toBe("/settings/developer");
  } finally {
    await server.end("SIGTERM");
  }
});

test("a missing database is shown as an error, never as signed out", async ({ openBrowser }) => {
  const { directory, remove } = await temporaryDirectory();
  const server = await startServer({ DATA_DIR: directory });
  try {
    const page = await openBrowser({ baseURL: server.url });
    await signUp(page, newUser());
    killPostgres(directory);
    const answer = await page.goto("/settings/developer");
    expect(answer?.status()).toBe(500);
    await expect(page.getByRole("heading", { name: "This page couldn't be loaded" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
    expect(await page.content()).not.toMatch(/prisma|postgres|ECONN/i);
    expect(new URL(page.url()).pathname).toBe("/settings/developer");
    expect((await page.context().cookies()).some(({ name }) => name === "goodtake-session")).toBe(true);
  } finally {
    await server.end("SIGTERM");
    await remove();
  }
});

/** Ends the database with all connections, like a crash. */
function killPostgres(directory: string): void {
  const file = readdirSync(directory, { recursive: true, encoding: "utf8" }).find((name) =>
    name.endsWith("postmaster.pid"),
  );
  if (!file) throw new Error("No postmaster.pid.");
  process.kill(Number(readFileSync(path.join(directory, file), "utf8").split("\n")[0]), "SIGQUIT");
}

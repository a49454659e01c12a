import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { createRestrictedKey } from "#e2e/support/test-api.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";

let own: Awaited<ReturnType<typeof createDatabase>>;
let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let ada: { id: UserId };
const running: TestServer[] = [];
beforeAll(async () => {
  own = await createDatabase();
  folder = await temporaryDirectory();
  connectDatabase(own.url, 2);
  ada = await createUser("Ada", "scale");
});
afterAll(async () => {
  await Promise.all(running.map((server) => server.end("SIGTERM")));
  await disconnectDatabase();
  await own.drop();
  await folder.remove();
});

async function start(settings: Record<string, string>): Promise<string> {
  const AUTH_SECRET = "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a";
  const server = await startServer({ DATABASE_URL: own.url, AUTH_SECRET, ROLE: "api", ...settings });
  running.push(server);
  return `${server.url}/api/v1/auth`;
}

test("the server starts although a permission was removed from the file, and keys keep that permission", async () => {
  const SCOPES_FILE = path.join(folder.directory, "scopes.json");
  await writeFile(SCOPES_FILE, "[]");
  const { secret } = await createRestrictedKey(ada.id, { scopes: "files:read" });
  const url = await start({ SCOPES_FILE });
  const answer = await fetch(url, { headers: { "x-api-key": secret } });
  expect([answer.status, answer.headers.get("goodtake-key-scopes")]).toEqual([204, "files:read"]);
  expect((await fetch(`${url}?scope=files:read`, { headers: { "x-api-key": secret } })).status).toBe(400);
});

test("a key's networks are checked against the socket's address, or the one that a trusted proxy names", async () => {
  const { secret } = await createRestrictedKey(ada.id, { allowedNetworks: "203.0.113.0/24" });
  const local = await createRestrictedKey(ada.id, { allowedNetworks: "127.0.0.1/32" });
  const [direct, behindProxy] = await Promise.all([start({}), start({ TRUSTED_PROXIES: "127.0.0.1" })]);
  const status = async (url: string, key: string, forwardedFor: string) =>
    (await fetch(url, { headers: { "x-api-key": key, "x-forwarded-for": forwardedFor } })).status;
  expect(await status(direct, secret, "203.0.113.9")).toBe(401);
  expect(await status(direct, local.secret, "203.0.113.9")).toBe(204);
  expect(await status(behindProxy, secret, "203.0.113.9")).toBe(204);
  expect(await status(behindProxy, secret, "::ffff:203.0.113.9")).toBe(204);
  // The client's own value is to the left of what the proxy added.
  expect(await status(behindProxy, secret, "203.0.113.9, 198.51.100.1")).toBe(401);
  expect(await status(behindProxy, local.secret, "203.0.113.9")).toBe(401);
});

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { createRestrictedKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { env } from "#lib/config/env.ts";
import { findRemaining } from "#lib/credits/store.ts";
import { database } from "#lib/database/client.ts";
import { log } from "#lib/log.ts";
import { findLoggedRequest } from "#lib/usage/logs.ts";
import { usageByDay } from "#lib/usage/read.ts";
import { flushUsage } from "#lib/usage/recorder.ts";

const REREAD_MS = 10_000;
const scope = (name: string, ...implies: string[]) => ({ name, title: name, description: name, implies });
const TABLE = [scope("files:read"), scope("files:write", "files:read"), scope("files:admin", "files:write")];

let api: TestApi;
let close: () => Promise<void>;
let removeFolder: () => Promise<void>;
let file: string;
let ada: { id: UserId };
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  close = await useOwnDatabase();
  const folder = await temporaryDirectory();
  removeFolder = folder.remove;
  file = path.join(folder.directory, "scopes.json");
  env().SCOPES_FILE = file;
  await write(TABLE);
  api = await startApi();
  ada = await createUser("Ada", "scale");
});
afterAll(async () => {
  vi.useRealTimers();
  api.close();
  await close();
  await removeFolder();
});
/** Lets each test read the file again immediately. */
beforeEach(() => {
  vi.advanceTimersByTime(2 * REREAD_MS);
});
afterEach(() => vi.restoreAllMocks());

const write = (content: unknown) => writeFile(file, JSON.stringify(content));
const keyWith = async (scopes: string | null) => (await createRestrictedKey(ada.id, { scopes })).secret;
const ask = (secret: string, query = "") => api.call(`/auth${query}`, {}, secret);
const generate = (secret: string, init: RequestInit = {}) =>
  api.call("/bytedance/generate-image", { method: "POST", ...init }, secret);
const JSON_BODY = { headers: { "content-type": "application/json" }, body: '{"prompt": "x"}' };

/** Expects the 403 that names the missing permissions, in the body and in the challenge. */
async function expectMissing(answer: Response, ...names: string[]): Promise<void> {
  expect(answer.status).toBe(403);
  const { error } = await answer.clone().json();
  expect(error.code).toBe("insufficient_scope");
  for (const name of names) expect(error.message).toContain(`"${name}"`);
  expect(answer.headers.get("www-authenticate")).toBe(
    `Bearer realm="GoodTake API", error="insufficient_scope", scope="${names.join(" ")}"`,
  );
  expect(answer.headers.get("goodtake-error")).toBe("insufficient_scope");
  expect(answer.headers.has("goodtake-key-scopes")).toBe(false);
}

describe("/auth?scope=", () => {
  test.each<[scopes: string | null, query: string, missing: string[]]>([
    [null, "files:admin images:write", []],
    ["files:read", "files:read", []],
    ["files:write", "files:read", []],
    ["files:admin", "files:read", []],
    ["files:admin images:write", "files:read images:write files:read", []],
    ["files:read", "  files:read  ", []],
    ["", "files:read", ["files:read"]],
    ["files:read", "files:write", ["files:write"]],
    ["files:read", "files:write images:write files:read files:write", ["files:write", "images:write"]],
    ["files:write", "files:admin", ["files:admin"]],
  ])("a key with %j that needs %j lacks %j", async (scopes, query, missing) => {
    const answer = await ask(await keyWith(scopes), `?scope=${encodeURIComponent(query)}`);
    if (missing.length === 0) expect(answer.status).toBe(204);
    else await expectMissing(answer, ...missing);
  });

  test("spaces may be written as +", async () => {
    await expectMissing(await ask(await keyWith("files:read"), "?scope=files:read+files:write"), "files:write");
  });

  test.each([
    ["?scope=", "scope must not be empty"],
    ["?scope=+", "scope must not be empty"],
    ["?scope=files:read&scope=files:read", "scope must be given once"],
    ["?Scope=files:read", '"Scope" is not a known parameter'],
    ["?scope=files:raed", 'scope: there is no permission "files:raed"'],
    ["?scope=files:read,files:write", 'scope: there is no permission "files:read,files:write"'],
    ["?scope=files:read%09files:write", 'scope: there is no permission "files:read\\tfiles:write"'],
    ["?scope=FILES:READ", 'scope: there is no permission "FILES:READ"'],
    ["?scope=*", 'scope: there is no permission "*"'],
    ["?scope=constructor", 'scope: there is no permission "constructor"'],
    [`?scope=${"x".repeat(5_000)}`, `scope: there is no permission "${"x".repeat(100)}"`],
  ])("%.60s is 400 for every key, even with full access", async (query, message) => {
    for (const scopes of [null, "files:admin", ""]) {
      const answer = await ask(await keyWith(scopes), query);
      expect(answer.status).toBe(400);
      expect(answer.headers.get("goodtake-error")).toBe("invalid_request");
      expect((await answer.clone().json()).error).toEqual({ code: "invalid_request", message });
    }
  });

  test("a query with many names is answered like a short one", async () => {
    const names = Array(600).fill("files:read").join("+");
    expect((await ask(await keyWith("files:write"), `?scope=${names}`)).status).toBe(204);
    await expectMissing(await ask(await keyWith("images:write"), `?scope=${names}`), "files:read");
  });

  test("each 400 is logged with its parameter and without its value", async () => {
    const warned = vi.spyOn(log(), "warn").mockImplementation(() => {});
    const secret = await keyWith(null);
    const asked = ["?cost=hunter2", "?scope=hunter2", "?scope=", "?limited=hunter2", "?Cost=1", `?${secret}=1`];
    for (const query of asked) expect((await ask(secret, query)).status).toBe(400);
    expect((await ask(secret, "?cost=0")).status).toBe(204);
    expect(warned.mock.calls.map(([fields]) => (fields as unknown as { parameter: string }).parameter)).toEqual([
      "cost",
      "scope",
      "scope",
      "limited",
      "Cost",
      "(a name that is not shown)",
    ]);
    expect(JSON.stringify(warned.mock.calls)).not.toMatch(/hunter2|gt_/);
  });
});

describe("GoodTake-Key-Scopes", () => {
  test.each([
    [null, "*"],
    ["", "none"],
    ["files:read", "files:read"],
    ["files:admin images:write", "files:admin images:write files:write files:read"],
    ["gone:read files:read", "gone:read files:read"],
  ])("of a key with %j is %j", async (scopes, expected) => {
    expect((await ask(await keyWith(scopes))).headers.get("goodtake-key-scopes")).toBe(expected);
  });
});

describe("SCOPES_FILE, while the server runs", () => {
  test("is read again for an unknown name, at most once in 10 seconds, and a bad file changes nothing", async () => {
    const secret = await keyWith("late:write");
    const complained = vi.spyOn(log(), "error").mockImplementation(() => {});
    const status = async () => (await ask(secret, "?scope=late:read")).status;
    await writeFile(file, "{");
    expect(await status()).toBe(400);
    expect(complained.mock.calls).toEqual([[expect.stringMatching(/SCOPES_FILE .* is not JSON/)]]);
    await write([...TABLE, scope("late:read"), scope("late:write", "late:read")]);
    expect(await status()).toBe(400);
    vi.advanceTimersByTime(REREAD_MS);
    expect(await status()).toBe(204);
    expect((await ask(secret)).headers.get("goodtake-key-scopes")).toBe("late:write late:read");
    await write(TABLE);
  });

  test("is read again for a key with a new name, so that its implied permissions count", async () => {
    await write([...TABLE, scope("new:write", "files:read")]);
    expect((await ask(await keyWith("new:write"), "?scope=files:read")).status).toBe(204);
    await write(TABLE);
  });

  test("full access includes what is added later", async () => {
    const secret = await keyWith(null);
    expect((await ask(secret, "?scope=later:read")).status).toBe(400);
    await write([...TABLE, scope("later:read")]);
    vi.advanceTimersByTime(REREAD_MS);
    expect((await ask(secret, "?scope=later:read")).status).toBe(204);
    await write(TABLE);
  });
});

describe("generate-image", () => {
  test.each([
    [null, 200],
    ["images:write", 200],
    ["files:read", 403],
    ["", 403],
  ])("with a key with %j is %i", async (scopes, status) => {
    const answer = await generate(await keyWith(scopes), JSON_BODY);
    expect(answer.status).toBe(status);
    if (status === 403) await expectMissing(answer, "images:write");
  });
});

test("a permission is removed and added again, and each key has its own permissions", async () => {
  const { key, secret } = await createRestrictedKey(ada.id, { scopes: "files:read" });
  const bob = await createUser("Bob", "scale");
  const bobs = await createRestrictedKey(bob.id, { scopes: "files:read" });
  const status = async (of: string) => (await ask(of, "?scope=files:read")).status;
  const changeTo = async (scopes: string | null) => {
    await database().apiKey.update({ where: { id: key.id }, data: { scopes } });
    await outliveLeases();
  };
  expect([await status(secret), await status(bobs.secret)]).toEqual([204, 204]);
  await changeTo("");
  expect([await status(secret), await status(bobs.secret)]).toEqual([403, 204]);
  await changeTo(null);
  expect([await status(secret), await status(bobs.secret)]).toEqual([204, 204]);
});

test("Logs show the missing permission, and the request counts as a use and costs nothing", async () => {
  const bob = await createUser("Bob", "scale");
  const { key, secret } = await createRestrictedKey(bob.id, { scopes: "" });
  const answers = [await ask(secret, "?scope=files:read&cost=5"), await generate(secret, JSON_BODY)];
  await flushUsage();
  for (const answer of answers) {
    expect(answer.status).toBe(403);
    const logged = await findLoggedRequest(bob.id, answer.headers.get("x-request-id") ?? "");
    expect(logged).toMatchObject({ reason: "insufficient_scope", status: 403, apiKeyId: key.id });
  }
  expect(await findRemaining(bob.id, null)).toMatchObject({ credits: 100 });
  expect((await usageByDay(bob.id, 1, new Date()))[0]).toMatchObject({ rejected: 2, invalid: 0 });
  const { lastUsedAt } = await database().apiKey.findUniqueOrThrow({
    where: { id: key.id },
    select: { lastUsedAt: true },
  });
  expect(lastUsedAt).not.toBeNull();
});

describe("the order of checks", () => {
  const BIG = "x".repeat(1_048_577);
  type Case = { scopes: string | null; tier: string; usedUp: boolean; credits: number; address: string };
  const GOOD: Case = { scopes: null, tier: "scale", usedUp: false, credits: 100, address: "203.0.113.9" };
  const NONE = { scopes: "" };
  const POOR = { credits: 0 };
  const LIMITED = { tier: "free", usedUp: true };
  const ELSEWHERE = { address: "198.51.100.1" };
  const json = (body: string) => ({ body, headers: { "content-type": "application/json" } });
  const IMAGE = "/bytedance/generate-image";

  test.each<[string, Partial<Case>, path: string, RequestInit, status: number, code: string]>([
    ["an address before everything", { ...ELSEWHERE, ...LIMITED, ...NONE }, "/auth?cost=x", {}, 401, "unauthorized"],
    ["the rate limit before the query", { ...LIMITED, ...NONE }, "/auth?cost=x", {}, 429, "rate_limit_exceeded"],
    ["the query before the permission", NONE, "/auth?scope=files:read&cost=x", {}, 400, "invalid_request"],
    ["an unknown permission before a missing one", NONE, "/auth?scope=files:read+x:y", {}, 400, "invalid_request"],
    [
      "the permission before the cost",
      { ...NONE, ...POOR },
      "/auth?scope=files:read&cost=1",
      {},
      403,
      "insufficient_scope",
    ],
    ["the cost last", POOR, "/auth?scope=files:read&cost=1", {}, 403, "forbidden"],
    ["an address before everything", { ...ELSEWHERE, ...LIMITED, ...NONE }, IMAGE, { body: "{" }, 401, "unauthorized"],
    ["the rate limit before the permission", { ...LIMITED, ...NONE }, IMAGE, { body: "{" }, 429, "rate_limit_exceeded"],
    ["the permission before the media type", NONE, IMAGE, { body: "{" }, 403, "insufficient_scope"],
    ["the permission before the size", NONE, IMAGE, json(BIG), 403, "insufficient_scope"],
    ["the permission before JSON", { ...NONE, ...POOR }, IMAGE, json("{"), 403, "insufficient_scope"],
    ["the media type before the size", POOR, IMAGE, { body: BIG }, 415, "unsupported_media_type"],
    ["the size before JSON", POOR, IMAGE, json(BIG), 413, "payload_too_large"],
    ["JSON before credits", POOR, IMAGE, json("{"), 400, "invalid_request"],
    ["credits last", POOR, IMAGE, json('{"prompt": "x"}'), 403, "forbidden"],
    ["a key may always ask about itself", { ...NONE, ...POOR }, "/key", { method: "GET" }, 200, ""],
  ])("%s: %o, %s", async (_, change, path, init, status, code) => {
    const { scopes, tier, usedUp, credits, address } = { ...GOOD, ...change };
    const { id } = await createUser("Carol", tier);
    await database().balance.update({ where: { userId: id }, data: { credits } });
    const { secret } = await createRestrictedKey(id, { scopes, allowedNetworks: "203.0.113.0/24" });
    const headers = { "x-forwarded-for": GOOD.address };
    for (let i = 0; usedUp && i < 20; i += 1) expect((await api.call("/auth", { headers }, secret)).status).toBe(204);
    const sent = { ...headers, "x-forwarded-for": address, ...(init.headers as object) };
    const answer = await api.call(path, { method: "POST", ...init, headers: sent }, secret);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("goodtake-error") ?? "").toBe(code);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendRaw } from "#e2e/support/raw-request.ts";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { disableAccount } from "#lib/accounts/store.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { generateSecret, hashSecret } from "#lib/api-keys/secret.ts";
import { deleteApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";
import { flushUsage } from "#lib/usage/recorder.ts";

const UNAUTHORIZED = '{"error":{"code":"unauthorized","message":"Invalid or missing API key"}}';
const CALLER = { actor: "user", address: null, userAgent: null } as const;

let api: TestApi;
let close: () => Promise<void>;
let ada: { id: UserId };
let secret: string;

beforeAll(async () => {
  close = await useOwnDatabase();
  api = await startApi();
  // The tests of this file stay below this tier's limit.
  ada = await createUser("Ada", "scale");
  ({ secret } = await createKey(ada.id));
});
afterAll(async () => {
  api.close();
  await close();
});

const call = (path: string, init: RequestInit = {}, key: string | null = secret) => api.call(path, init, key);

const raw = (text: string) => sendRaw(api.port, text);

const get = (headers: string) => raw(`GET /api/v1/key HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n\r\n`);

async function expectUnauthorized(response: Response): Promise<void> {
  expect(response.status).toBe(401);
  expect(await response.text()).toBe(UNAUTHORIZED);
}

describe("a valid key passes", () => {
  test.each([
    ["as a Bearer token", (key: string) => `Authorization: Bearer ${key}`],
    ["with the scheme in any case", (key: string) => `aUTHORIZATION: bEARER ${key}`],
    ["with more spaces behind the scheme", (key: string) => `Authorization: Bearer    ${key}`],
    ["as X-API-Key", (key: string) => `x-api-key: ${key}`],
    ["in both headers", (key: string) => `Authorization: Bearer ${key}\r\nX-API-Key: ${key}`],
    ["as X-API-Key beside another scheme", (key: string) => `Authorization: Basic YTpi\r\nX-API-Key: ${key}`],
  ])("%s", async (_, headers) => {
    expect(await get(headers(secret))).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("everything else is the same 401, byte for byte", () => {
  const other = generateSecret();
  const INVALID = 'Bearer realm="GoodTake API", error="invalid_token"';
  test.each([
    ["no credential", () => "", 'Bearer realm="GoodTake API"'],
    ["another scheme", () => "Authorization: Basic YTpi", 'Bearer realm="GoodTake API"'],
    [
      "two Authorization lines",
      (key: string) => `Authorization: Bearer ${key}\r\nAuthorization: Bearer ${key}`,
      INVALID,
    ],
    ["two X-API-Key lines", (key: string) => `X-API-Key: ${key}\r\nX-API-Key: ${key}`, INVALID],
    [
      "a Basic line before a Bearer line",
      (key: string) => `Authorization: Basic YTpi\r\nAuthorization: Bearer ${key}`,
      INVALID,
    ],
    ["different keys in both headers", (key: string) => `Authorization: Bearer ${key}\r\nX-API-Key: ${other}`, INVALID],
    [
      "a Bearer value that is no key, whatever X-API-Key says",
      (key: string) => `Authorization: Bearer x\r\nX-API-Key: ${key}`,
      INVALID,
    ],
    [
      "an empty Bearer value beside a valid X-API-Key",
      (key: string) => `Authorization: Bearer\r\nX-API-Key: ${key}`,
      INVALID,
    ],
    ["a tab behind the scheme", (key: string) => `Authorization: Bearer\t${key}`, INVALID],
    ["no space behind the scheme", (key: string) => `Authorization: Bearer${key}`, 'Bearer realm="GoodTake API"'],
    ["two values in one line", (key: string) => `Authorization: Bearer ${key}, Bearer ${key}`, INVALID],
    ["something behind the key", (key: string) => `Authorization: Bearer ${key} x`, INVALID],
    ["an empty X-API-Key", () => "X-API-Key:", INVALID],
    ["another prefix", (key: string) => `X-API-Key: sk_${key.slice(3)}`, INVALID],
    ["a wrong checksum", (key: string) => `X-API-Key: ${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`, INVALID],
    ["letters that are not ASCII", (key: string) => `X-API-Key: ${key.slice(0, -1)}\u00e9`, INVALID],
    ["an unknown key", () => `X-API-Key: ${other}`, INVALID],
    ["the key in a cookie", (key: string) => `Cookie: key=${key}`, 'Bearer realm="GoodTake API"'],
  ])("%s", async (_, headers, challenge) => {
    const answer = await get(headers(secret) || "X-Nothing: 1");
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer.split("\r\n\r\n")[1]).toBe(UNAUTHORIZED);
    expect(answer.toLowerCase()).toContain(`\r\nwww-authenticate: ${challenge.toLowerCase()}\r\n`);
  });

  test("revoked, on the very next request", async () => {
    const { key, secret } = await createKey(ada.id);
    expect((await call("/key", {}, secret)).status).toBe(200);
    await revokeApiKey(ada.id, key.id, CALLER);
    await expectUnauthorized(await call("/key", {}, secret));
  });

  test("deleted", async () => {
    const { key, secret } = await createKey(ada.id);
    await deleteApiKey(ada.id, key.id, CALLER);
    await expectUnauthorized(await call("/key", {}, secret));
  });

  test("of a disabled owner", async () => {
    const bob = await createUser("Bob");
    const { secret } = await createKey(bob.id);
    await disableAccount(bob.id, CALLER);
    await expectUnauthorized(await call("/key", {}, secret));
  });

  test("expired, from the millisecond of its expiry on", async () => {
    const { key, secret } = await createKey(ada.id, { type: "preset", preset: "7d" });
    const before = await call("/key", {}, secret);
    expect(before.status).toBe(200);
    expect(before.headers.get("goodtake-key-expires-at")).toBe(key.expiresAt?.toISOString());
    await database().apiKey.update({ where: { id: key.id }, data: { expiresAt: new Date() } });
    await outliveLeases();
    await expectUnauthorized(await call("/key", {}, secret));
  });

  test("with the key in the query or the body only", async () => {
    for (const name of ["key", "api_key", "access_token", "X-API-Key"]) {
      await expectUnauthorized(await call(`/key?${name}=${secret}`, {}, null));
    }
    const body = JSON.stringify({ prompt: "x", api_key: secret });
    await expectUnauthorized(await call("/bytedance/generate-image", { method: "POST", body }, null));
  });

  test("also where the body is not valid: authentication comes first", async () => {
    await expectUnauthorized(await call("/bytedance/generate-image", { method: "POST", body: "{" }, null));
  });
});

describe("last use", () => {
  async function lastUse(id: string) {
    await flushUsage();
    return database().apiKey.findUniqueOrThrow({
      where: { id },
      select: { lastUsedAt: true, lastUsedAddress: true, lastUsedAgent: true },
    });
  }

  test("moves on every successful authentication, whatever the answer then is, with network and agent", async () => {
    const { key, secret } = await createKey(ada.id);
    expect((await lastUse(key.id)).lastUsedAt).toBeNull();
    const headers = { "x-forwarded-for": "203.0.113.77", "user-agent": "curl/8" };
    expect((await call("/bytedance/generate-image", { method: "POST", headers }, secret)).status).toBe(415);
    const first = await lastUse(key.id);
    expect(first).toMatchObject({ lastUsedAddress: "203.0.113.0/24", lastUsedAgent: "curl/8" });
    await call("/key", { headers: { "x-forwarded-for": "2001:db8:1:2::3" } }, secret);
    const second = await lastUse(key.id);
    expect(second.lastUsedAddress).toBe("2001:db8:1::/48");
    expect(Number(second.lastUsedAt)).toBeGreaterThan(Number(first.lastUsedAt));
  });

  test("does not move on a rejected request, and never backwards", async () => {
    const { key, secret } = await createKey(ada.id);
    const later = new Date(Date.now() + 60_000);
    await database().apiKey.update({ where: { id: key.id }, data: { lastUsedAt: later } });
    await call("/key", {}, secret);
    expect((await lastUse(key.id)).lastUsedAt).toEqual(later);
    await revokeApiKey(ada.id, key.id, CALLER);
    await database().apiKey.update({ where: { id: key.id }, data: { lastUsedAt: null } });
    await call("/key", {}, secret);
    expect((await lastUse(key.id)).lastUsedAt).toBeNull();
  });
});

test("the whole key is never stored", async () => {
  const [{ count }] = await database().$queryRaw<[{ count: bigint }]>`
    SELECT count(*) FROM "ApiKey" WHERE "ApiKey"::text LIKE ${`%${secret.slice(7)}%`}`;
  expect(count).toBe(0n);
  expect(await database().apiKey.count({ where: { hash: hashSecret(secret) } })).toBe(1);
});

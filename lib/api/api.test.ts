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

function generate(
  body: BodyInit,
  headers: Record<string, string> = { "content-type": "application/json" },
): Promise<Response> {
  return call("/bytedance/generate-image", {
    method: "POST",
    body,
    headers,
    ...(body instanceof ReadableStream && { duplex: "half" }),
  });
}

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

describe("every answer", () => {
  test.each([
    ["200", "/key", {}, true, 200],
    ["401", "/key", {}, false, 401],
    ["404", "/nothing", {}, true, 404],
    ["405", "/key", { method: "DELETE" }, true, 405],
    ["415", "/bytedance/generate-image", { method: "POST", body: "x" }, true, 415],
    [
      "400",
      "/bytedance/generate-image",
      { method: "POST", body: "{", headers: { "content-type": "application/json" } },
      true,
      400,
    ],
    ["the document", "/openapi.json", {}, false, 200],
  ])("%s has the common headers, an id made here, and no CORS", async (_, path, init, withKey, status) => {
    const response = await call(
      path,
      {
        ...init,
        headers: { "x-request-id": "mine", origin: "http://evil.example", ...("headers" in init ? init.headers : {}) },
      },
      withKey ? secret : null,
    );
    expect(response.status).toBe(status);
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(response.headers.get("vary")).toBe("Authorization, X-API-Key");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("any Host will do, and a strange request target is the client's error", async () => {
    for (const host of ["", "a b", "evil.example", "[::1"]) {
      expect(
        await raw(`GET /api/v1/key HTTP/1.1\r\nHost: ${host}\r\nX-API-Key: ${secret}\r\nConnection: close\r\n\r\n`),
      ).toMatch(/^HTTP\/1\.1 200 /);
    }
    const answer = await raw(`GET /api/v1/a\\b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(answer).toContain('{"error":{"code":');
  });
});

describe("routes and methods", () => {
  test.each([
    ["GET", "/", 404, "not_found", null],
    ["GET", "/keys", 404, "not_found", null],
    ["GET", "/key/", 404, "not_found", null],
    ["GET", "/%6bey%2f..", 404, "not_found", null],
    ["OPTIONS", "/nothing", 404, "not_found", null],
    ["POST", "/key", 405, "method_not_allowed", "GET, HEAD, OPTIONS"],
    ["DELETE", "/bytedance/generate-image", 405, "method_not_allowed", "POST, OPTIONS"],
    ["GET", "/bytedance/generate-image", 405, "method_not_allowed", "POST, OPTIONS"],
    ["PATCH", "/openapi.json", 405, "method_not_allowed", "GET, HEAD, OPTIONS"],
    ["PROPFIND", "/key", 405, "method_not_allowed", "GET, HEAD, OPTIONS"],
  ])("%s %s is %i %s", async (method, path, status, code, allow) => {
    const response = await call(path, { method }, null);
    expect(response.status).toBe(status);
    expect(response.headers.get("allow")).toBe(allow);
    expect((await response.json()).error.code).toBe(code);
  });

  test.each([
    ["/key", "GET, HEAD, OPTIONS"],
    ["/bytedance/generate-image", "POST, OPTIONS"],
  ])("OPTIONS %s says which methods there are, and no more", async (path, allow) => {
    const response = await call(path, { method: "OPTIONS" }, null);
    expect([response.status, response.headers.get("allow"), await response.text()]).toEqual([204, allow, ""]);
  });

  test.each(["/api", "/api/", "/api/v2/key", "/api//v1/key", "/api/v1/../../sign-in"])(
    "%s, outside of every version, is answered as everything else",
    async (path) => {
      const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      for (const header of ["x-request-id: ", "cache-control: private, no-store", "x-content-type-options: nosniff"])
        expect(answer.toLowerCase()).toContain(header);
      expect(answer).toContain('{"error":{"code":"not_found"');
    },
  );

  test("TRACE is rejected as a method, HEAD answers as GET without a body", async () => {
    expect(await raw(`TRACE /api/v1/key HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 405 /);
    const head = await call("/key", { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe("");
  });

  test("the document is OpenAPI 3.1 and names every route", async () => {
    const document = await (await call("/openapi.json", {}, null)).json();
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths).sort()).toEqual([
      "/api/v1/auth",
      "/api/v1/bytedance/generate-image",
      "/api/v1/key",
    ]);
  });
});

describe("GET /key", () => {
  test("tells a key about itself, and each key only about itself", async () => {
    const bob = await createUser("Bob");
    const bobs = await createKey(bob.id, { type: "preset", preset: "30d" });
    const body = await (await call("/key", {}, bobs.secret)).json();
    expect(body).toEqual({
      name: "Production App",
      prefix: bobs.secret.slice(0, 7),
      environment: "production",
      status: "active",
      created_at: bobs.key.createdAt.toISOString(),
      last_used_at: null,
      expires_at: bobs.key.expiresAt?.toISOString(),
      tier: "free",
      credits_remaining: 100,
      credits_reserved: 0,
      quota_remaining: 1000,
    });
    expect((await (await call("/key")).json()).prefix).toBe(secret.slice(0, 7));
  });
});

describe("POST /bytedance/generate-image", () => {
  test("draws in the sandbox, and says that it did", async () => {
    const response = await generate(JSON.stringify({ prompt: "A <beautiful> sunset & mountains \u0007 \ud83c\udf05" }));
    expect(response.status).toBe(200);
    const body = await response.json();
    expect(body).toMatchObject({
      model: "seedream-4-5-251128",
      sandbox: true,
      data: [{ size: "2048x2048" }],
      usage: { generated_images: 1 },
    });
    const svg = Buffer.from(body.data[0].url.replace("data:image/svg+xml;base64,", ""), "base64").toString();
    expect(svg).toMatch(/^<svg .*<\/svg>$/s);
    expect(svg).not.toContain("<beautiful>");
    expect(svg).not.toContain("\u0007");
  });

  test("as b64_json, with every documented option", async () => {
    const response = await generate(
      JSON.stringify({
        prompt: "x",
        model: "seedream-5-0",
        size: "1024x768",
        seed: 7,
        response_format: "b64_json",
        watermark: false,
      }),
    );
    expect(response.status).toBe(200);
    expect((await response.json()).data).toEqual([{ b64_json: expect.any(String), size: "1024x768" }]);
  });

  test.each([
    ["no body", "", "JSON"],
    ["not JSON", "{", "JSON"],
    ["bytes that are not UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22]), "UTF-8"],
    ["an array", "[]", "object"],
    ["null", "null", "object"],
    ["no prompt", "{}", "prompt is required"],
    ["a prompt that is no text", '{"prompt": 7}', "prompt"],
    ["a blank prompt", '{"prompt": " \\n\\u3000"}', "prompt must not be blank"],
    ["a prompt that is too long", JSON.stringify({ prompt: "x".repeat(4001) }), "prompt must have at most 4000"],
    ["half an emoji", '{"prompt": "\\ud83c"}', "prompt must not have half"],
    ["a field that is unknown", '{"prompt": "x", "quality": "hd"}', '"quality" is not a known field'],
    ["a prototype", '{"prompt": "x", "__proto__": {"a": 1}}', '"__proto__"'],
    ["a constructor", '{"prompt": "x", "constructor": {"prototype": {}}}', '"constructor"'],
    ["a size that is none", '{"prompt": "x", "size": "big"}', "size"],
    ["a seed that is no whole number", '{"prompt": "x", "seed": 1.5}', "seed"],
    ["a seed beyond the range", '{"prompt": "x", "seed": 1e300}', "seed"],
    ["a format that is none", '{"prompt": "x", "response_format": "png"}', "response_format"],
    ["a watermark that is no boolean", '{"prompt": "x", "watermark": "no"}', "watermark"],
    ["a model that is a path", '{"prompt": "x", "model": "../x"}', "model"],
    ["deep nesting", `{"prompt": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`, "prompt"],
  ])("%s is 400, and the message says why", async (_, body, message) => {
    const response = await generate(body);
    expect(response.status).toBe(400);
    const { error } = await response.json();
    expect(error.code).toBe("invalid_request");
    expect(error.message).toContain(message);
  });

  test("4,000 emoji are 4,000 characters", async () => {
    expect((await generate(JSON.stringify({ prompt: "\ud83c\udf05".repeat(4000) }))).status).toBe(200);
  });

  test.each([
    ["none", {}],
    ["a form", { "content-type": "application/x-www-form-urlencoded" }],
    ["text", { "content-type": "text/plain" }],
    ["almost JSON", { "content-type": "application/jsonx" }],
  ])("media type %s is 415", async (_, headers) => {
    const response = await generate(new TextEncoder().encode('{"prompt": "x"}'), headers);
    expect(response.status).toBe(415);
    expect((await response.json()).error.code).toBe("unsupported_media_type");
  });

  test("JSON with a charset, in any case, is JSON", async () => {
    expect((await generate('{"prompt": "x"}', { "content-type": "Application/JSON; charset=utf-8" })).status).toBe(200);
  });

  test("a body without a length is read to its end, in however many pieces it comes", async () => {
    const pieces = ['{"prom', 'pt": "', "é".repeat(3_000), '"}'];
    const body = new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setImmediate(resolve));
        const piece = pieces.shift();
        if (piece === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(piece));
      },
    });
    expect((await generate(body)).status).toBe(200);
  });

  test("1,048,576 bytes are read, one more is 413, declared or streamed", async () => {
    const body = JSON.stringify({ prompt: "x" });
    const padded = (bytes: number) => body + " ".repeat(bytes - body.length);
    expect((await generate(padded(1_048_576))).status).toBe(200);
    expect((await generate(padded(1_048_577))).status).toBe(413);
    const chunk = new TextEncoder().encode(" ".repeat(65_536));
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
    // The connection may end before the answer to a caller that never stops sending is read.
    const outcome = await generate(endless).then(
      ({ status }) => status,
      () => "disconnected",
    );
    expect([413, "disconnected"]).toContain(outcome);
    const answer = await raw(
      `POST /api/v1/bytedance/generate-image HTTP/1.1\r\nHost: x\r\nX-API-Key: ${secret}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${`10000\r\n${" ".repeat(65_536)}\r\n`.repeat(17)}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain("payload_too_large");
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

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendRaw } from "#e2e/support/raw-request.ts";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";

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
      "/api/v1/leaks",
      "/api/v1/leaks/github",
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
      scopes: null,
      allowed_networks: null,
      requests_per_minute: null,
      credits_per_month: null,
      credits_used_this_month: 0,
    });
    expect((await (await call("/key")).json()).prefix).toBe(secret.slice(0, 7));
  });
});

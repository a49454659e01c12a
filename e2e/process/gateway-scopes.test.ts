import type { IncomingHttpHeaders } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BehindGateway, startBehindGateway } from "#e2e/support/behind-gateway.ts";
import { GATEWAYS } from "#e2e/support/gateways.ts";
import type { Program } from "#e2e/support/program.ts";
import { sendRaw } from "#e2e/support/raw-request.ts";
import { createRestrictedKey } from "#e2e/support/test-api.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { API_ERRORS, type ApiErrorCode } from "#lib/api/errors.ts";
import type { RestrictionColumns } from "#lib/api-keys/model/restrictions.ts";
import { findRemaining } from "#lib/credits/store.ts";

let own: Awaited<ReturnType<typeof createDatabase>>;
let behind: BehindGateway;
/** Requests that reached the API behind the gateway. */
let arrived: { url?: string; headers: IncomingHttpHeaders }[] = [];
let ada: { id: UserId };

beforeAll(async () => {
  own = await createDatabase();
  behind = await startBehindGateway(own.url, (request, response) => {
    arrived.push({ url: request.url, headers: request.headers });
    response.end("upstream");
  });
});
afterAll(async () => {
  await behind.end();
  await own.drop();
});
beforeEach(async () => {
  arrived = [];
  ada = await createUser("Ada", "scale");
});

/** Creates a key with restrictions, as its columns hold them, and returns it. */
const restrictedKey = async (columns: Partial<RestrictionColumns>) =>
  (await createRestrictedKey(ada.id, columns)).secret;

async function expectRejected(answer: Response, code: ApiErrorCode): Promise<void> {
  const { status, message } = API_ERRORS[code];
  expect([answer.status, await answer.text()]).toEqual([status, JSON.stringify({ error: { code, message } })]);
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(arrived).toEqual([]);
}

describe.each(GATEWAYS)("the configuration for %s, as the docs show it", (name, start) => {
  let gateway: Program;
  beforeAll(async () => {
    gateway = await start(behind.directory, behind.addresses);
  });
  afterAll(() => gateway.stop());

  const ask = (path: string, secret: string, headers: Record<string, string> = {}, { url } = gateway) =>
    fetch(`${url}${path}`, { headers: { authorization: `Bearer ${secret}`, ...headers } });

  test("asks each location's own permission, and names the one that is missing", async () => {
    const secret = await restrictedKey({ scopes: "reports:read" });
    expect((await ask("/reports/1", secret)).status).toBe(200);
    arrived = [];
    const answer = await ask("/images/1", secret);
    expect(answer.headers.get("www-authenticate")).toBe(
      'Bearer realm="GoodTake API", error="insufficient_scope", scope="images:write"',
    );
    expect(answer.headers.get("ratelimit")).toMatch(/^"scale";r=\d+;t=\d+$/);
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers.has("retry-after")).toBe(false);
    const { code, message } = (await answer.json()).error;
    expect([answer.status, code]).toEqual([403, "insufficient_scope"]);
    // nginx has a fixed body for each code.
    if (name === "nginx") expect(message).toBe(API_ERRORS.insufficient_scope.message);
    else expect(message).toContain("images:write");
    expect(arrived).toEqual([]);
    expect((await findRemaining(ada.id, null))?.credits, "a rejection is free").toBe(99);
  });

  test("tells the API the key's permissions, with the included ones, whatever the client sends", async () => {
    const forged = { "GoodTake-Key-Scopes": "*", "goodtake-key-scopes": "admin:all" };
    const cases = [
      ["reports:write", "reports:write reports:read"],
      ["reports:read", "reports:read"],
    ];
    for (const [scopes = "", sent] of cases) {
      expect((await ask("/reports/1", await restrictedKey({ scopes }), forged)).status).toBe(200);
      expect(arrived.pop()?.headers["goodtake-key-scopes"]).toBe(sent);
    }
    expect((await ask("/reports/1", await restrictedKey({}), { "GoodTake-Key-Scopes": "none" })).status).toBe(200);
    expect(arrived.pop()?.headers["goodtake-key-scopes"]).toBe("*");
  });

  test("rejects a key without any permission", async () => {
    const answer = await ask("/reports/1", await restrictedKey({ scopes: "" }));
    expect([answer.status, (await answer.json()).error.code]).toEqual([403, "insufficient_scope"]);
    expect(arrived).toEqual([]);
  });

  test("accepts a key with a hundred permissions of the longest name", async () => {
    const long = Array.from({ length: 99 }, (_, i) => `a${i}:`.padEnd(64, "z"));
    const scopes = [...long, "reports:read"].join(" ");
    expect((await ask("/reports/1", await restrictedKey({ scopes }))).status).toBe(200);
    expect(arrived[0]?.headers["goodtake-key-scopes"]).toBe(scopes);
  });

  test.each([
    "/images/../reports/1",
    "/reports/../images/1",
    "/reports/%2e%2e/images/1",
    "/reports/..%2Fimages/1",
    "/reports/..;/images/1",
    "/reports/..\\images\\1",
    "/reports/%5c..%5cimages/1",
    "//images/1",
    "/reports//images/1",
    "/IMAGES/1",
    "/Images/1",
    "/images",
    "/images;a/1",
    "/images%00/1",
    "/",
    "http://api.example.com/images/1",
  ])("no spelling of a path escapes its permission: %s", async (target) => {
    const secret = await restrictedKey({ scopes: "reports:read" });
    const answer = await sendRaw(
      Number(new URL(gateway.url).port),
      `GET ${target} HTTP/1.1\r\nHost: api.example.com\r\nX-API-Key: ${secret}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 (301|400|403|404) /);
    expect(arrived).toEqual([]);
  });

  test("paths with dots and encoded letters, and slashes in the query, pass as they are", async () => {
    const secret = await restrictedKey({ scopes: "reports:read" });
    const path = "/reports/a.b/%C3%A9%20x?from=//..%2f";
    expect((await ask(path, secret)).status).toBe(200);
    expect(arrived[0]?.url).toBe(path);
  });

  test("passes the client's address, which a key's networks are compared with", async () => {
    const inside = await restrictedKey({ allowedNetworks: "127.0.0.0/8" });
    const outside = await restrictedKey({ allowedNetworks: "203.0.113.0/24" });
    expect((await ask("/reports/1", inside)).status).toBe(200);
    arrived = [];
    // A client's own header doesn't count.
    const answer = await ask("/reports/1", outside, { "x-forwarded-for": "203.0.113.7" });
    expect(answer.headers.get("www-authenticate")).toContain('error="invalid_token"');
    await expectRejected(answer, "unauthorized");
  });

  test("answers 429 when the key's own requests are used up, and shows both limits", async () => {
    const secret = await restrictedKey({ requestsPerMinute: 1 });
    expect((await ask("/reports/1", secret)).status).toBe(200);
    arrived = [];
    const answer = await ask("/reports/1", secret);
    expect(answer.headers.get("ratelimit-policy")).toBe('"scale";q=1200;w=60, "key";q=1;w=60');
    expect(answer.headers.get("ratelimit")).toMatch(/^"scale";r=1199;t=\d+, "key";r=0;t=\d+$/);
    expect(answer.headers.get("retry-after")).toMatch(/^(5\d|60)$/);
    await expectRejected(answer, "rate_limit_exceeded");
  });

  test("a misspelt permission lets no key pass, and GoodTake's log names the parameter", async () => {
    const misspelt = await start(behind.directory, behind.addresses, (text) =>
      text.replace("reports:read", "reports:raed"),
    );
    try {
      const answer = await ask("/reports/1", await restrictedKey({}), {}, misspelt);
      expect([answer.status, (await answer.json()).error.code]).toEqual(
        name === "nginx" ? [503, "unavailable"] : [400, "invalid_request"],
      );
      expect(answer.headers.get("retry-after")).toBe(name === "nginx" ? "1" : null);
      expect(arrived).toEqual([]);
      await expect.poll(() => behind.goodtake.output()).toContain('"parameter":"scope"');
    } finally {
      await misspelt.stop();
    }
  });

  test("a location without a permission lets no key pass", async () => {
    const without = (text: string) => text.replace(/(set \$|vars )goodtake_scope reports:read;?/, "");
    const open = await start(behind.directory, behind.addresses, without);
    try {
      expect((await ask("/reports/1", await restrictedKey({}), {}, open)).status).toBeGreaterThanOrEqual(400);
      expect(arrived).toEqual([]);
    } finally {
      await open.stop();
    }
  });
});

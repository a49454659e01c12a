import type { IncomingHttpHeaders } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type BehindGateway, startBehindGateway } from "#e2e/support/behind-gateway.ts";
import { GATEWAYS } from "#e2e/support/gateways.ts";
import { startPostgres, type TestPostgres } from "#e2e/support/postgres.ts";
import type { Program } from "#e2e/support/program.ts";
import { sendRaw } from "#e2e/support/raw-request.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { findRemaining } from "#lib/credits/store.ts";
import { database } from "#lib/database/client.ts";

let postgres: TestPostgres;
let behind: BehindGateway;
/** Requests that reached the API behind the gateway, and its answer to them. */
let arrived: { method?: string; url?: string; headers: IncomingHttpHeaders; body: string }[] = [];
let upstreamStatus = 200;
let ada: { id: UserId };
let key: { id: string };
let secret: string;

beforeAll(async () => {
  postgres = await startPostgres();
  behind = await startBehindGateway(postgres.url, async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    arrived.push({ method: request.method, url: request.url, headers: request.headers, body });
    response.writeHead(upstreamStatus, { "content-type": "text/plain" }).end(`upstream ${upstreamStatus}`);
  });
});
afterAll(async () => {
  await behind.end();
  await postgres.remove();
});
beforeEach(async () => {
  arrived = [];
  upstreamStatus = 200;
  ada = await createUser();
  ({ key, secret } = await createKey(ada.id));
});

describe.each(GATEWAYS)("the configuration for %s, as the docs show it", (_, start) => {
  let gateway: Program;
  beforeAll(async () => {
    gateway = await start(behind.directory, behind.addresses);
  });
  afterAll(() => gateway.stop());

  const ask = (headers: Record<string, string> = {}, init: RequestInit = {}) =>
    fetch(`${gateway.url}/reports/1?x=1`, { ...init, headers });
  const bearer = () => ({ authorization: `Bearer ${secret}` });

  test("accepts a good key, tells the API the caller, charges a credit, and doesn't pass the key on", async () => {
    const answer = await ask({ "x-api-key": secret, "user-agent": "things/1" }, { method: "POST", body: "hello" });
    expect([answer.status, await answer.text()]).toEqual([200, "upstream 200"]);
    expect(arrived).toHaveLength(1);
    const [request] = arrived;
    expect(request).toMatchObject({ method: "POST", url: "/reports/1?x=1", body: "hello" });
    expect(request?.headers).toMatchObject({
      "goodtake-user-id": ada.id,
      "goodtake-key-id": key.id,
      "goodtake-key-name": "Production%20App",
      "goodtake-key-environment": "production",
      "goodtake-key-scopes": "*",
      "goodtake-tier": "free",
    });
    expect(JSON.stringify(request)).not.toContain(secret);
    expect((await findRemaining(ada.id, null))?.credits).toBe(99);
    await vi.waitFor(
      async () =>
        expect(await database().apiKey.findUnique({ where: { id: key.id }, select: { lastUsedAgent: true } })).toEqual({
          lastUsedAgent: "things/1",
        }),
      { timeout: 5_000 },
    );
  });

  test("answers 401 with the documented body without a request to the API", async () => {
    for (const headers of [{}, { authorization: "Bearer gt_wrong" }, { "GoodTake-User-Id": ada.id }]) {
      const answer = await ask(headers as Record<string, string>);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("content-type")).toBe("application/json");
      expect(answer.headers.get("www-authenticate")).toContain('Bearer realm="GoodTake API"');
      expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      expect(await answer.text()).toBe('{"error":{"code":"unauthorized","message":"Invalid or missing API key"}}');
    }
    expect(arrived).toEqual([]);
  });

  test("answers 403 when credits are used up", async () => {
    await database().$executeRaw`UPDATE "Balance" SET "credits" = 0 WHERE "userId" = ${ada.id}::uuid`;
    const answer = await ask(bearer());
    expect(answer.status).toBe(403);
    expect(answer.headers.has("retry-after")).toBe(false);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.text()).toBe(
      '{"error":{"code":"forbidden","message":"Insufficient credits or quota exceeded"}}',
    );
    expect(arrived).toEqual([]);
  });

  test("answers 429 with Retry-After when the minute's requests are used up", async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(bearer())));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    expect(arrived).toHaveLength(20);
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited).toHaveLength(10);
    for (const answer of limited) {
      expect(answer.headers.get("retry-after")).toMatch(/^(5\d|60)$/);
      expect(answer.headers.get("ratelimit")).toBe(`"free";r=0;t=${answer.headers.get("retry-after")}`);
      expect((await answer.json()).error.code).toBe("rate_limit_exceeded");
    }
  });

  test("answers 431 with the documented body to headers that GoodTake does not accept, and not 503", async () => {
    const half = "x".repeat(8_500);
    const large: Record<string, string>[] = [{ "x-a": half + half }, { "x-a": half, "x-b": half }];
    for (const headers of large) {
      const answer = await ask({ ...bearer(), ...headers });
      expect(answer.status).toBe(431);
      expect(answer.headers.get("content-type")).toBe("application/json");
      expect(answer.headers.get("cache-control")).toBe("private, no-store");
      expect(answer.headers.has("retry-after")).toBe(false);
      expect((await answer.json()).error.code).toBe("headers_too_large");
    }
    expect(arrived).toEqual([]);
  });

  test("answers 400, and not 503, to a header that GoodTake can't read", async () => {
    const answer = await sendRaw(
      Number(new URL(gateway.url).port),
      `GET /reports/1 HTTP/1.1\r\nHost: x\r\nX-API-Key: ${secret}\r\nX-Note: a\x01b\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toMatch(/retry-after/i);
    expect(arrived).toEqual([]);
  });

  test("passes on the API's own answers, errors included", async () => {
    for (const status of [400, 401, 403, 429, 500, 503]) {
      upstreamStatus = status;
      const answer = await ask(bearer());
      expect([answer.status, await answer.text()]).toEqual([status, `upstream ${status}`]);
    }
  });

  test("answers 503 with Retry-After, never 500, while the database is down, and works again after it", async () => {
    await postgres.stop();
    try {
      for (let i = 0; i < 5; i += 1) {
        const answer = await ask(bearer());
        expect(answer.status).toBe(503);
        expect(answer.headers.get("retry-after")).toBe("1");
        expect((await answer.json()).error.code).toBe("unavailable");
      }
      expect(arrived).toEqual([]);
    } finally {
      await postgres.start();
    }
    await vi.waitFor(async () => expect((await ask(bearer())).status).toBe(200), { timeout: 5_000 });
  });

  test("answers 503, too, while GoodTake itself is away", async () => {
    behind.goodtake.process.kill("SIGSTOP");
    try {
      const answer = await ask(bearer(), { signal: AbortSignal.timeout(9_000) });
      expect(answer.status).toBe(503);
      expect((await answer.json()).error.code).toBe("unavailable");
    } finally {
      behind.goodtake.process.kill("SIGCONT");
    }
  });
});

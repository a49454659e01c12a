import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "#e2e/support/free-port.ts";
import { startNginx } from "#e2e/support/gateways.ts";
import { isMissing } from "#e2e/support/installed.ts";
import { plainNginxExample } from "#e2e/support/nginx-example.ts";
import type { Program } from "#e2e/support/program.ts";
import { sendRaw } from "#e2e/support/raw-request.ts";
import { startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";

let own: Awaited<ReturnType<typeof createDatabase>>;
let server: TestServer;
let port: number;
let secret: string;
let settings: Record<string, string>;
beforeAll(async () => {
  own = await createDatabase();
  connectDatabase(own.url, 2);
  ({ secret } = await createKey((await createUser("Ada", "scale")).id));
  settings = {
    DATABASE_URL: own.url,
    AUTH_SECRET: "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a",
    TRUSTED_PROXIES: "127.0.0.1",
  };
  server = await startServer({ ...settings, ROLE: "api" });
  port = Number(new URL(server.url).port);
});
afterAll(async () => {
  // It still ends as after any other day.
  expect(await server.end("SIGTERM")).toBe(0);
  await disconnectDatabase();
  await own.drop();
});

/** Expects exactly one answer, which has the form of every error of the API. */
function expectError(answer: string, status: number, code: string): void {
  const [head = "", body = "", ...rest] = answer.split("\r\n\r\n");
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  for (const header of [
    /^content-type: application\/json$/im,
    /^x-request-id: [0-9a-f-]{36}$/im,
    /^cache-control: private, no-store$/im,
    /^vary: authorization, x-api-key$/im,
    /^x-content-type-options: nosniff$/im,
    /^date: /im,
    /^connection: close$/im,
    new RegExp(`^goodtake-error: ${code}$`, "im"),
  ])
    expect(head).toMatch(header);
  expect(head).toContain(`ontent-Length: ${body.length}`);
  expect(JSON.parse(body)).toEqual({ error: { code, message: expect.stringMatching(/./) } });
  expect(rest).toEqual([]);
}

const get = (...lines: string[]) => `${["GET /api/v1/key HTTP/1.1", "Host: x", ...lines].join("\r\n")}\r\n\r\n`;
const post = (...lines: string[]) =>
  [
    "POST /api/v1/bytedance/generate-image HTTP/1.1",
    "Host: x",
    `X-API-Key: ${secret}`,
    "Content-Type: application/json",
    ...lines,
  ].join("\r\n");
const CHUNKED = "Transfer-Encoding: chunked";
const lines = (count: number) => Array.from({ length: count }, (_, i) => `X-${i}: ${"x".repeat(1_000)}`);

describe("a request that reaches no route is answered as the API answers", () => {
  test.each<[string, () => string, number, string]>([
    ["17 KB of headers on one line", () => get(`X: ${"x".repeat(17_000)}`), 431, "headers_too_large"],
    ["17 KB of headers on many", () => get(...lines(17)), 431, "headers_too_large"],
    ["1 MB of headers", () => get(...lines(1_000)), 431, "headers_too_large"],
    ["a target of 17 KB", () => get().replace("key", "x".repeat(17_000)), 431, "headers_too_large"],
    ["17 KB of trailers", () => post(CHUNKED, "", "0", ...lines(17), "", ""), 431, "headers_too_large"],
    ["a chunk extension of 17 KB", () => post(CHUNKED, "", `1;${"x".repeat(17_000)}`), 413, "payload_too_large"],
    ["no Host", () => get().replace("Host: x\r\n", ""), 400, "invalid_request"],
    ["two Host lines", () => get("host: y"), 400, "invalid_request"],
    ["the same Host line twice", () => get("Host: x"), 400, "invalid_request"],
    ["an unknown expectation", () => get("Expect: 200-ok"), 417, "expectation_failed"],
    ["CONNECT", () => "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method_not_allowed"],
    ["an unknown method", () => "FETCH /api/v1/key HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid_request"],
    ["the preface of HTTP/2", () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "invalid_request"],
    ["TLS", () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "invalid_request"],
    ["an unknown version", () => get().replace("1.1", "3.0"), 400, "invalid_request"],
    ["a target without a slash", () => get().replace("/api", "api"), 400, "invalid_request"],
    ["an absolute target that is no URL", () => get().replace("/api", "http://[::1/api"), 400, "invalid_request"],
    ["a control character in a header", () => get("X: a\x01b"), 400, "invalid_request"],
    ["a space before a colon", () => get("X : a"), 400, "invalid_request"],
    ["lines that end in LF only", () => get().replaceAll("\r", ""), 400, "invalid_request"],
    ["two lengths", () => post("Content-Length: 2", "Content-Length: 2", "", "{}"), 400, "invalid_request"],
    ["a length and chunks", () => post("Content-Length: 2", CHUNKED, "", "0", "", ""), 400, "invalid_request"],
    ["an unknown transfer coding", () => post("Transfer-Encoding: gzip", "", "{}"), 400, "invalid_request"],
    ["a chunk without a size", () => post(CHUNKED, "", "zz", ""), 400, "invalid_request"],
  ])("%s", async (_, bytes, status, code) => {
    expectError(await sendRaw(port, bytes()), status, code);
  });

  test("headers that don't end within 10 s", { timeout: 20_000 }, async () => {
    expectError(await sendRaw(port, get().slice(0, -2)), 408, "request_timeout");
  });

  test("the answer to CONNECT lists the methods", async () => {
    expect(await sendRaw(port, "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n")).toMatch(/^allow: GET, /im);
  });
});

test.each([
  ["an absolute target", () => get("Connection: close").replace("/api", "http://x/api")],
  ["an upgrade, which is ignored", () => get("Connection: Upgrade, close", "Upgrade: websocket")],
  ["HTTP/1.0 without Host", () => "GET /api/v1/key HTTP/1.0\r\n\r\n"],
])("%s is a request as any other", async (_, bytes) => {
  expect(await sendRaw(port, bytes())).toMatch(/^HTTP\/1\.1 401 /);
});

test("unreadable bytes after a request don't replace its answer, which is the last one", async () => {
  const answer = await sendRaw(port, `${get(`X-API-Key: ${secret}`)}\x00\x00`);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toMatch(/^connection: close$/im);
  expect(answer.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
});

describe.skipIf(isMissing("nginx"))("behind the example for nginx", () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let dashboard: TestServer;
  let nginx: Program;
  let nginxPort: number;
  beforeAll(async () => {
    folder = await temporaryDirectory();
    nginxPort = await freePort();
    dashboard = await startServer({ ...settings, ROLE: "dashboard" });
    const pages = new URL(dashboard.url).host;
    const api = `127.0.0.1:${port}`;
    nginx = await startNginx(folder.directory, nginxPort, await plainNginxExample(nginxPort, [api, api, pages, pages]));
  });
  afterAll(async () => {
    await nginx.stop();
    await dashboard.end("SIGTERM");
    await folder.remove();
  });

  test.each([
    ["17 KB of headers on one line", () => get(`X: ${"x".repeat(17_000)}`, "Connection: close"), 431],
    ["17 KB of headers on many", () => get(...lines(17), "Connection: close"), 431],
    ["100 KB of headers", () => get(...lines(100), "Connection: close"), 431],
    ["a control character in a header", () => get("X: a\x01b", "Connection: close"), 400],
  ])("%s get the API's own answer", async (_, bytes, status) => {
    const answer = await sendRaw(nginxPort, bytes());
    expectError(answer, status, status === 431 ? "headers_too_large" : "invalid_request");
  });

  test("a redirect of the longest address arrives", async () => {
    const target = `/docs/?q=${"x".repeat(15_000)}`;
    const answer = await sendRaw(
      nginxPort,
      `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${nginxPort}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 308 /);
    expect(answer).toMatch(/^location: \/docs\?q=x{15000}$/im);
  });
});

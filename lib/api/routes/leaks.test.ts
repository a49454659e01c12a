import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { sendRaw } from "#e2e/support/raw-request.ts";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";
import { database, pool } from "#lib/database/client.ts";
import { inEqualTime } from "#lib/leaks/equal-time.ts";
import { listLeakReports } from "#lib/leaks/read.ts";

let api: TestApi;
let close: () => Promise<void>;
let ada: { id: UserId };
let addresses = 0;
let address: string;
beforeAll(async () => {
  close = await useOwnDatabase();
  api = await startApi();
  ada = await createUser("Ada", "scale");
});
afterAll(async () => {
  api.close();
  await close();
});
beforeEach(() => {
  address = `198.18.1.${++addresses}`;
});

function send(body: string, headers: Record<string, string> = {}) {
  return api.call("/leaks", {
    method: "POST",
    body,
    headers: { "content-type": "application/json", "x-forwarded-for": address, ...headers },
  });
}
const report = (body: object, headers?: Record<string, string>) => send(JSON.stringify(body), headers);

test("a reported key is rejected by the next request, and the report is stored before the answer", async () => {
  const { key, secret } = await createKey(ada.id);
  expect((await api.call("/auth", {}, secret)).status).toBe(204);
  const answer = await report({ keys: [secret, "text", generateSecret()], url: "https://a.example/x", source: "Scan" });
  expect([answer.status, await answer.text()]).toEqual([202, ""]);
  expect((await api.call("/auth", {}, secret)).status).toBe(401);
  expect(await listLeakReports(ada.id, key.id)).toMatchObject([{ source: "Scan", url: "https://a.example/x" }]);
});

test("a report needs no credential and ignores one", async () => {
  const { key, secret } = await createKey(ada.id);
  for (const [name, value] of [
    ["authorization", `Bearer ${secret}`],
    ["x-api-key", "nonsense"],
  ] as const)
    expect((await report({ keys: [generateSecret()] }, { [name]: value })).status).toBe(202);
  const { lastUsedAt } = await database().apiKey.findUniqueOrThrow({
    where: { id: key.id },
    select: { lastUsedAt: true },
  });
  expect(lastUsedAt).toBeNull();
  expect((await api.call("/auth", {}, secret)).status).toBe(204);
});

test("strings that aren't keys cost no query, and all others one", async () => {
  const query = vi.spyOn(pool(), "query");
  // Meanwhile, the cache of keys renews its lease.
  const queries = () => query.mock.calls.filter(([asked]) => (asked as { name?: string }).name !== "renew-key-cache");
  const broken = generateSecret().replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  expect((await report({ keys: ["gt_", "sk-123", broken, `${generateSecret()}x`] })).status).toBe(202);
  expect(queries()).toEqual([]);
  expect((await report({ keys: [broken, ...Array.from({ length: 500 }, generateSecret)] })).status).toBe(202);
  expect(queries()).toHaveLength(1);
  query.mockRestore();
});

const long = (length: number) => "x".repeat(length);
describe("the body", () => {
  test.each([
    ["no JSON", "{", 400, "The body is not valid JSON"],
    ["a list", "[]", 400, "The body must be a JSON object"],
    ["no keys", "{}", 400, "keys is required and must be a list of strings"],
    ["an empty list", '{"keys":[]}', 400, "keys must have at least one key"],
    ["a number", '{"keys":[1]}', 400, "keys.0 must be a string"],
    ["1,001 keys", JSON.stringify({ keys: Array(1_001).fill("x") }), 400, "keys must have at most 1000 keys"],
    ["a long url", JSON.stringify({ keys: ["x"], url: long(2_001) }), 400, "url must have at most 2000 characters"],
    [
      "a long source",
      JSON.stringify({ keys: ["x"], source: long(101) }),
      400,
      "source must have at most 100 characters",
    ],
    ["an unknown field", '{"keys":["x"],"token":"y"}', 400, '"token" is not a known field'],
    [
      "more than a megabyte",
      JSON.stringify({ keys: [long(1_048_576)] }),
      413,
      "The body is larger than 1,048,576 bytes",
    ],
  ])("with %s is rejected with %i", async (_, body, status, message) => {
    const answer = await send(body);
    expect([answer.status, (await answer.json()).error.message]).toEqual([status, message]);
  });

  test("of another media type, charset or encoding is 415", async () => {
    for (const [name, value] of [
      ["content-type", "text/plain"],
      ["content-type", "application/json; charset=latin1"],
      ["content-encoding", "gzip"],
    ] as const)
      expect((await report({ keys: ["x"] }, { [name]: value })).status).toBe(415);
  });

  test("with 1,000 keys, the longest url and source, and an unknown string is accepted", async () => {
    const body = { keys: Array.from({ length: 1_000 }, generateSecret), url: long(2_000), source: long(100) };
    expect((await report(body)).status).toBe(202);
  });
});

describe("the limit", () => {
  const rejected = async (...args: Parameters<typeof send>) => (await send(...args)).status === 429;

  test("is 60 reports an hour for each address, and Retry-After says when the next one is accepted", async () => {
    const answers = await Promise.all(Array.from({ length: 70 }, () => send("{")));
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(60);
    const late = await send("{");
    expect([late.status, (await late.json()).error.code]).toEqual([429, "rate_limit_exceeded"]);
    expect(Number(late.headers.get("retry-after"))).toBeGreaterThan(3_590);
    expect(Number(late.headers.get("retry-after"))).toBeLessThanOrEqual(3_600);
    expect(await rejected("{", { "x-forwarded-for": "198.18.2.1" })).toBe(false);
  });

  test("counts a /64 of IPv6 as one address", async () => {
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => send("{", { "x-forwarded-for": `2001:db8::${i.toString(16)}` })),
    );
    expect(await rejected("{", { "x-forwarded-for": "2001:db8::ffff:1" })).toBe(true);
    expect(await rejected("{", { "x-forwarded-for": "2001:db8:0:1::1" })).toBe(false);
  });

  test("is checked before the body arrives", async () => {
    await Promise.all(Array.from({ length: 60 }, () => send("{")));
    const head = `POST /api/v1/leaks HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${address}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n`;
    expect(await sendRaw(api.port, head)).toMatch(/^HTTP\/1\.1 429 /);
  });
});

test("the answer waits equally long whether the work is quick, slow or fails", async () => {
  async function time(work: Promise<unknown>): Promise<number> {
    const start = performance.now();
    await inEqualTime(work).catch(() => {});
    return performance.now() - start;
  }
  const times = await Promise.all([
    time(Promise.resolve()),
    time(sleep(300)),
    time(sleep(100).then(() => Promise.reject(new Error("failed")))),
  ]);
  for (const ms of times) expect(ms).toBeGreaterThanOrEqual(495);
  expect(Math.max(...times) - Math.min(...times)).toBeLessThan(100);
});

test("the response to an unknown string isn't faster than to a key", async () => {
  const start = performance.now();
  expect((await report({ keys: ["x"] })).status).toBe(202);
  expect(performance.now() - start).toBeGreaterThanOrEqual(495);
});

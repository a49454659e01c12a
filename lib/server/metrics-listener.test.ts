import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { createApiListener } from "#lib/api/listener.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { parseEnv } from "#lib/config/env.ts";
import { createFrontListener } from "#lib/server/front-listener.ts";

const TOKEN = "a token for Prometheus";

let close: () => Promise<void>;
const servers: Server[] = [];
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(async () => {
  for (const server of servers) server.close().closeAllConnections();
  await close();
});

async function serve(settings: Record<string, string>): Promise<string> {
  const listener = createFrontListener(parseEnv(settings), { api: createApiListener() }, () => "serving");
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The values by name and labels. */
async function scrape(url: string): Promise<Map<string, number>> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await answer.text()).split("\n").filter((line) => line && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}

test("without a token there are no metrics; with one, only for who has it", async () => {
  expect((await fetch(`${await serve({})}/metrics`)).status).toBe(404);
  const url = await serve({ METRICS_TOKEN: TOKEN });
  for (const authorization of [undefined, "Bearer ", `Bearer ${TOKEN}x`, TOKEN, `Basic ${TOKEN}`]) {
    const rejected = await fetch(`${url}/metrics`, { headers: authorization ? { authorization } : {} });
    expect(rejected.status).toBe(401);
    expect(rejected.headers.get("www-authenticate")).toContain("Bearer");
    expect(await rejected.text()).toBe("Unauthorized\n");
  }
});

test("requests by route and status, decisions about keys, and the state of the process are told as they are", async () => {
  const url = await serve({ METRICS_TOKEN: TOKEN });
  const ada = await createUser();
  const { secret } = await createKey(ada.id);
  const revoked = await createKey(ada.id);
  await revokeApiKey(ada.id, revoked.key.id, { actor: "user", address: null, userAgent: null });
  const before = await scrape(url);
  const ask = (path: string, key?: string) =>
    fetch(`${url}/api/v1${path}`, { headers: key ? { "x-api-key": key } : {} });
  for (let i = 0; i < 3; i += 1) await ask("/key", secret);
  for (const key of [undefined, "gt_bad", generateSecret(), revoked.secret]) await ask("/key", key);
  await ask("/auth?cost=1000", secret);
  await ask(`/${secret}`, secret);
  for (let i = 0; i < 17; i += 1) await ask("/key", secret);
  const after = await scrape(url);
  const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);

  expect(grown('goodtake_http_requests_total{route="/api/v1/key",status="200"}')).toBe(19);
  expect(grown('goodtake_http_requests_total{route="/api/v1/key",status="401"}')).toBe(4);
  expect(grown('goodtake_http_requests_total{route="/api/v1/key",status="429"}')).toBe(1);
  expect(grown('goodtake_http_requests_total{route="/api/v1/auth",status="403"}')).toBe(1);
  expect(grown('goodtake_http_requests_total{route="unmatched",status="404"}')).toBe(1);
  expect(grown('goodtake_http_request_duration_seconds_count{route="/api/v1/key"}')).toBe(24);
  for (const [outcome, times] of Object.entries({
    admitted: 20,
    rate_limited: 1,
    anonymous: 1,
    malformed: 1,
    unknown: 1,
    revoked: 1,
  }))
    expect(grown(`goodtake_authentications_total{outcome="${outcome}"}`), outcome).toBe(times);
  expect(after.get('goodtake_limiter_state{state="memory"}')).toBe(1);
  expect(after.get('goodtake_limiter_state{state="degraded"}')).toBe(0);
  expect(after.get('goodtake_tier_requests_per_minute{tier="pro"}')).toBe(120);
  // The cache of keys may be asking at this moment.
  const connections = (state: string) => after.get(`goodtake_database_pool_connections{state="${state}"}`) ?? 0;
  expect(connections("idle") + connections("busy")).toBeGreaterThan(0);
  expect(after.get('goodtake_usage_flush_lag_seconds{buffer="usage"}')).toBeGreaterThan(0);
  expect([...after.keys()].filter((name) => name.startsWith("goodtake_build_info"))).toHaveLength(1);
  expect([...after.keys()].join()).not.toContain("gt_");
});

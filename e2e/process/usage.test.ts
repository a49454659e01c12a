import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type ApiProcesses, startApiProcesses } from "#e2e/process/api-processes.ts";
import { isMissing } from "#e2e/support/installed.ts";
import { startRedis, type TestRedis } from "#e2e/support/redis.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import { deleteApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { connectDatabase, database, disconnectDatabase, pool } from "#lib/database/client.ts";

const CALLER = { actor: "user", address: null, userAgent: null } as const;
const REQUESTS = 10_000;
const PARALLEL = 64;

let own: Awaited<ReturnType<typeof createDatabase>>;
let redis: TestRedis | undefined;
let processes: ApiProcesses;
beforeAll(async () => {
  own = await createDatabase();
  connectDatabase(own.url, 10);
  // Without Redis each instance has limits of its own, which changes no count.
  if (!isMissing("redis-server")) redis = await startRedis();
});
beforeEach(async () => {
  processes = await startApiProcesses(2, own.url, redis ? { REDIS_URL: redis.url } : {});
});
afterEach(() => processes.end());
afterAll(async () => {
  await redis?.stop();
  await disconnectDatabase();
  await own.drop();
});

type Totals = Record<string, number>;
const count = (totals: Totals, name: string) => {
  totals[name] = (totals[name] ?? 0) + 1;
};

async function counted(table: "UsageHour" | "UsageDay"): Promise<Totals> {
  const { rows } = await pool().query<{ name: string; requests: number }>(
    `SELECT "apiKeyId" || ' ' || "outcome" AS "name", sum("requests")::int AS "requests" FROM "${table}" GROUP BY 1`,
  );
  return Object.fromEntries(rows.map(({ name, requests }) => [name, requests]));
}

test(`after a clean stop the totals are those of the ${REQUESTS} answers that two instances gave, by key and outcome`, async () => {
  const ada = await createUser("Ada");
  const bob = await createUser("Bob", "limited");
  const [good, revoked, expired, deleted, limited] = await Promise.all([
    createKey(ada.id),
    createKey(ada.id),
    createKey(ada.id, { type: "preset", preset: "7d" }),
    createKey(ada.id),
    createKey(bob.id),
  ]);
  await revokeApiKey(ada.id, revoked.key.id, CALLER);
  await deleteApiKey(ada.id, deleted.key.id, CALLER);
  await pool().query(`UPDATE "ApiKey" SET "expiresAt" = now() WHERE "id" = $1`, [expired.key.id]);

  const json = { "content-type": "application/json" };
  /** What is sent, and the outcome for each status of its answer. */
  const kinds = [
    { key: good, path: "/key", outcomes: { 200: "ok" } },
    { key: good, path: "/auth?cost=1", outcomes: { 204: "ok", 403: "no_credits" } },
    { key: good, path: "/auth?cost=nothing", outcomes: { 400: "invalid" } },
    {
      key: good,
      path: "/bytedance/generate-image",
      init: { method: "POST", headers: json, body: "{" },
      outcomes: { 400: "invalid" },
    },
    { key: limited, path: "/auth?limited=403", outcomes: { 204: "ok", 403: "rate_limited" } },
    { key: limited, path: "/key", outcomes: { 200: "ok", 429: "rate_limited" } },
    { key: revoked, path: "/key", outcomes: { 401: "revoked" } },
    { key: expired, path: "/auth", outcomes: { 401: "expired" } },
    { key: deleted, path: "/key", outcomes: { 401: "deleted" } },
    // Without an owner: an unknown key and an unknown path.
    { key: { secret: "gt_unknown", key: { id: "" } }, path: "/key", outcomes: { 401: "" } },
    { key: good, path: "/nothing", outcomes: { 404: "" } },
  ] as const satisfies {
    key: { secret: string; key: { id: string } };
    path: string;
    init?: RequestInit;
    outcomes: Record<number, string>;
  }[];

  const expected: Totals = {};
  const requestIds = new Map<string, string>();
  let sent = 0;
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      while (sent < REQUESTS) {
        const number = sent++;
        const kind = kinds[number % kinds.length] as (typeof kinds)[number] & { init?: RequestInit };
        const answer = await fetch(`${processes.all[number % 2]?.url}/api/v1${kind.path}`, {
          ...kind.init,
          headers: { ...kind.init?.headers, "x-api-key": kind.key.secret },
        });
        await answer.arrayBuffer();
        const outcome = (kind.outcomes as Record<number, string>)[answer.status];
        if (outcome === undefined) throw new Error(`${kind.path} answered ${answer.status}`);
        if (outcome) count(expected, `${kind.key.key.id} ${outcome}`);
        if (outcome) requestIds.set(answer.headers.get("x-request-id") ?? "", outcome);
      }
    }),
  );
  for (const server of processes.all) expect(await server.end("SIGTERM")).toBe(0);

  expect(await counted("UsageHour")).toEqual(expected);
  expect(await counted("UsageDay")).toEqual(expected);
  const outcomes = new Set(Object.keys(expected).map((name) => name.split(" ")[1]));
  expect([...outcomes].sort()).toEqual(
    ["deleted", "expired", "invalid", "no_credits", "ok", "rate_limited", "revoked"].sort(),
  );

  const refusals = await database().rejection.findMany({ select: { requestId: true, cause: true, apiKeyId: true } });
  expect(refusals.length).toBeGreaterThan(0);
  for (const { requestId, cause } of refusals) expect(requestIds.get(requestId)).toBe(cause);
  expect(new Set(refusals.map(({ cause }) => cause))).toEqual(
    new Set(["deleted", "expired", "invalid", "no_credits", "rate_limited", "revoked"]),
  );
  const callers = await database().usageCaller.findMany({ where: { apiKeyId: good.key.id } });
  expect(callers.map(({ route }) => route).sort()).toEqual([
    "/api/v1/auth",
    "/api/v1/bytedance/generate-image",
    "/api/v1/key",
  ]);
  for (const { addressPrefix, userAgent } of callers)
    expect([addressPrefix, userAgent]).toEqual(["127.0.0.0/24", "node"]);
}, 60_000);

test("after a kill -9 what was flushed is there, and no more than the last interval is missing", async () => {
  const ada = await createUser("Ada");
  const { key, secret } = await createKey(ada.id);
  const call = async () => {
    const answer = await fetch(`${processes.all[0]?.url}/api/v1/key`, { headers: { "x-api-key": secret } });
    expect(answer.status).toBe(200);
    await answer.arrayBuffer();
  };
  const stored = async () => (await counted("UsageHour"))[`${key.id} ok`] ?? 0;
  for (let i = 0; i < 200; i += 1) await call();
  await vi.waitFor(async () => expect(await stored()).toBe(200), { timeout: 10_000, interval: 50 });
  for (let i = 0; i < 50; i += 1) await call();
  await processes.all[0]?.end("SIGKILL");
  expect(await stored()).toBeGreaterThanOrEqual(200);
  expect(await stored()).toBeLessThanOrEqual(250);
});

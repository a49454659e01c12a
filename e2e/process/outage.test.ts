import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ApiProcesses, differingBalances, startApiProcesses } from "#e2e/process/api-processes.ts";
import { startPostgres, type TestPostgres } from "#e2e/support/postgres.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser } from "#e2e/support/test-database.ts";
import { startTraffic } from "#e2e/support/traffic.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";
import { grantCredits, sweepReservations } from "#lib/credits/store.ts";
import { connectDatabase, disconnectDatabase, pool } from "#lib/database/client.ts";

const DRAW = { method: "POST", body: '{"prompt":"A cat"}' };
type Request = { query?: string; init?: RequestInit };
const REQUESTS: Record<string, Request> = {
  "/api/v1/key": {},
  "/api/v1/auth": { query: "?cost=1" },
  "/api/v1/bytedance/generate-image": { init: DRAW },
};
const FOUND = JSON.stringify([{ token: generateSecret(), type: "goodtake-key" }]);
const GITHUB = generateKeyPairSync("ec", { namedCurve: "P-256" });
/** Reports are limited to a few an hour, so that each is sent only once. */
const REPORTS: Record<string, Request> = {
  "/api/v1/leaks": {
    init: {
      method: "POST",
      body: JSON.stringify({ keys: [generateSecret()], url: "https://example.com", source: "" }),
    },
  },
  "/api/v1/leaks/github": {
    init: {
      method: "POST",
      body: FOUND,
      headers: {
        "github-public-key-identifier": "own",
        "github-public-key-signature": sign("sha256", Buffer.from(FOUND), GITHUB.privateKey).toString("base64"),
      },
    },
  },
};

let postgres: TestPostgres;
let processes: ApiProcesses;
let secret: string;
let files: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  postgres = await startPostgres();
  files = await temporaryDirectory();
  const file = path.join(files.directory, "github.json");
  const key = GITHUB.publicKey.export({ type: "spki", format: "pem" });
  await writeFile(file, JSON.stringify({ public_keys: [{ key_identifier: "own", key, is_current: true }] }));
  processes = await startApiProcesses(1, postgres.url, { GITHUB_SECRET_SCANNING_KEYS_FILE: file });
  connectDatabase(postgres.url, 4);
  const ada = await createUser();
  await grantCredits(ada.id, 1_000_000, { actor: "operator", address: null, userAgent: null });
  ({ secret } = await createKey(ada.id));
  await disconnectDatabase();
});
afterAll(async () => {
  await processes.end();
  await postgres.remove();
  await files.remove();
});

test("the requests below are for every route of the API", async () => {
  const { paths } = await (await fetch(`${processes.all[0]?.url}/api/v1/openapi.json`)).json();
  expect([...Object.keys(REQUESTS), ...Object.keys(REPORTS)].sort()).toEqual(Object.keys(paths).sort());
});

test.each([
  ["stopped", () => postgres.stop(), () => postgres.start()],
  ["hanging", () => postgres.signal("SIGSTOP"), () => postgres.signal("SIGCONT")],
])(
  "a database that is %s under traffic is answered with 503 and Retry-After in under 3 s, and all recovers with it",
  async (_, breakIt, mendIt) => {
    const url = processes.all[0]?.url;
    let rejections = 0;
    let successes = 0;
    const problems: string[] = [];
    const ask = async (path: string, { query = "", init = {} }: Request) => {
      const headers = { "x-api-key": secret, "content-type": "application/json", ...init.headers };
      // The promise is an answer in under 3 s, so waiting longer fails.
      const signal = AbortSignal.timeout(3_000);
      const answer = await fetch(`${url}${path}${query}`, { ...init, headers, signal }).catch(String);
      if (typeof answer === "string") return problems.push(`${path}: ${answer}`);
      await answer.arrayBuffer();
      if (answer.ok) successes += 1;
      else if (answer.status === 503 && /^[1-9]\d*$/.test(answer.headers.get("retry-after") ?? "")) {
        rejections += 1;
        await sleep(20);
      } else problems.push(`${path}: ${answer.status}`);
      return answer.status;
    };
    const traffic = startTraffic(
      Object.entries(REQUESTS).flatMap(([path, request]) => Array(6).fill(() => ask(path, request))),
    );
    const grow = (read: () => number, by: number) => {
      const goal = read() + by;
      return vi.waitFor(() => expect(read()).toBeGreaterThan(goal), { timeout: 15_000, interval: 20 });
    };
    await grow(() => successes, 200);
    await breakIt();
    await grow(() => rejections, 40);
    const reported = await Promise.all(Object.entries(REPORTS).map(([path, request]) => ask(path, request)));
    expect(reported).toEqual([503, 503]);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await mendIt();
    await grow(() => successes, 200);
    await traffic.stop();
    expect(problems, processes.all[0]?.output()).toEqual([]);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);

    connectDatabase(postgres.url, 4);
    await pool().query(`UPDATE "Reservation" SET "expiresAt" = now() - interval '1 second'`);
    await sweepReservations();
    expect(await differingBalances()).toEqual([]);
    await disconnectDatabase();
  },
  60_000,
);

/** Sends requests that cost credits. Sums up the credits of those that succeeded. */
function payingTraffic(url: string | undefined) {
  const seen = { paid: 0, rejected: 0, unexpected: new Set<string>() };
  const ask = async (path: string, credits: number, init: RequestInit) => {
    const headers = { "x-api-key": secret, "content-type": "application/json" };
    const answer = await fetch(`${url}/api/v1${path}`, { ...init, headers });
    await answer.arrayBuffer();
    if (answer.ok) seen.paid += credits;
    else if (answer.status === 503) seen.rejected += 1;
    else seen.unexpected.add(`${path}: ${answer.status}`);
    if (!answer.ok) await sleep(20);
  };
  const traffic = startTraffic([
    ...Array(8).fill(() => ask("/auth?cost=5", 5, {})),
    ...Array(8).fill(() => ask("/bytedance/generate-image", 1, DRAW)),
  ]);
  return { seen, stop: traffic.stop };
}

async function creditsLeft(): Promise<number> {
  const { rows } = await pool().query<{ credits: number }>(
    `SELECT "credits" FROM "Balance" JOIN "ApiKey" k USING ("userId") WHERE k."hash" = sha256($1::bytea)`,
    [Buffer.from(secret)],
  );
  return rows[0]?.credits ?? Number.NaN;
}

test("a database that pauses for 5 s takes credits only for successful answers", async () => {
  connectDatabase(postgres.url, 4);
  const before = await creditsLeft();
  const { seen, stop } = payingTraffic(processes.all[0]?.url);
  await vi.waitFor(() => expect(seen.paid).toBeGreaterThan(500), { timeout: 15_000 });
  await postgres.signal("SIGSTOP");
  await sleep(5_000);
  await postgres.signal("SIGCONT");
  const paid = seen.paid;
  await vi.waitFor(() => expect(seen.paid).toBeGreaterThan(paid + 500), { timeout: 15_000 });
  await stop();
  expect(seen.rejected).toBeGreaterThan(0);
  expect([...seen.unexpected]).toEqual([]);
  await vi.waitFor(
    async () => {
      // The sweep refunds reservations whose answer was 503.
      await pool().query(`UPDATE "Reservation" SET "expiresAt" = now() - interval '1 second'`);
      await sweepReservations();
      expect(before - (await creditsLeft())).toBe(seen.paid);
    },
    { timeout: 10_000, interval: 200 },
  );
  expect(await differingBalances()).toEqual([]);
  await disconnectDatabase();
}, 60_000);

test("unconfirmed charges of a killed process are not taken when the database goes on", async () => {
  connectDatabase(postgres.url, 4);
  const before = await creditsLeft();
  const server = processes.all[0];
  const ask = () => fetch(`${server?.url}/api/v1/auth?cost=5`, { headers: { "x-api-key": secret } });
  const statuses = async () => (await Promise.all(Array.from({ length: 10 }, ask))).map(({ status }) => status);
  expect(await statuses()).toEqual(Array(10).fill(204));
  await postgres.signal("SIGSTOP");
  expect(await statuses()).toEqual(Array(10).fill(503));
  await server?.end("SIGKILL");
  await postgres.signal("SIGCONT");
  // Its connections end when what it had sent is done.
  await vi.waitFor(
    async () => {
      const { rows } = await pool().query(
        `SELECT count(*)::int AS "open" FROM pg_stat_activity WHERE "application_name" = 'goodtake'`,
      );
      expect(rows[0].open).toBe(pool().totalCount);
    },
    { timeout: 10_000 },
  );
  expect(before - (await creditsLeft())).toBe(50);
  await processes.start(0);
  await disconnectDatabase();
}, 60_000);

test("a reservation that commits after its 503 takes no credit and frees its idempotency key", async () => {
  connectDatabase(postgres.url, 4);
  const before = await creditsLeft();
  const key = randomUUID();
  const generate = () =>
    fetch(`${processes.all[0]?.url}/api/v1/bytedance/generate-image`, {
      method: "POST",
      headers: { "x-api-key": secret, "content-type": "application/json", "idempotency-key": key },
      body: '{"prompt":"A cat"}',
    });
  // Each statement waits for less than its timeout, but both for longer than the request.
  const first = await hold(`LOCK TABLE "IdempotencyRecord" IN EXCLUSIVE MODE`);
  const second = await hold(`SELECT FROM "Balance" FOR UPDATE`);
  const rejected = generate();
  await sleep(1_500);
  await first();
  expect((await rejected).status).toBe(503);
  await second();
  const retry = async () => expect((await generate()).status).toBe(200);
  await vi.waitFor(retry, { timeout: 5_000, interval: 100 });
  expect(before - (await creditsLeft())).toBe(1);
  expect(await differingBalances()).toEqual([]);
  await disconnectDatabase();
}, 60_000);

/** Keeps the locks of a statement until the returned function is called. */
async function hold(statement: string): Promise<() => Promise<void>> {
  const client = await pool().connect();
  await client.query("BEGIN");
  await client.query("SET LOCAL statement_timeout = 0");
  await client.query(statement);
  return async () => {
    await client.query("COMMIT");
    client.release();
  };
}

import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { readCsv } from "#e2e/support/csv.ts";
import { fill } from "#e2e/support/fill.ts";
import { connectTo } from "#e2e/support/seed.ts";
import { newAddress, newUser, signUpByForm } from "#e2e/support/sign-up.ts";
import { startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { pool } from "#lib/database/client.ts";

const PATHS = ["activity", "usage", "developer"].map((page) => `/settings/${page}/export`);
/** More than the buffers between the server and a client that doesn't read, without compression. */
const RECORDS = 10_000;

let data: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: TestServer;
let disconnect: () => Promise<void>;
beforeAll(async () => {
  data = await temporaryDirectory();
  server = await startServer({ DATA_DIR: data.directory, TRUSTED_PROXIES: "127.0.0.1" });
  disconnect = await connectTo(data.directory);
});
afterAll(async () => {
  await disconnect();
  await server.end("SIGTERM");
  await data.remove();
});

/** Signs up a user with records. Returns what requests a file, each time from another address. */
async function exporter(records = RECORDS) {
  const user = newUser();
  const cookie = await signUpByForm(server.url, user);
  await fill([
    `INSERT INTO "Activity" ("id", "userId", "actor", "action", "details", "createdAt")
     SELECT gen_random_uuid(), "id", 'user', 'account.renamed', jsonb_build_object('from', repeat('a', 2000), 'to', i), now() - i * interval '1 s'
     FROM "User", generate_series(1, $2::int) i WHERE "email" = $1`,
    [user.email, records],
  ]);
  return (path = PATHS[0], init: RequestInit = {}) =>
    fetch(server.url + path, {
      ...init,
      headers: { cookie, "x-forwarded-for": newAddress(), "accept-encoding": "identity" },
      redirect: "manual",
    });
}

/** Reads the rows of a file. `text()` would remove the byte order mark. */
const rowsOf = async (answer: Response) => readCsv(Buffer.from(await answer.arrayBuffer()).toString());

/** Begins an export without reading its file. Returns what hangs up. */
async function hold(ask: Awaited<ReturnType<typeof exporter>>): Promise<() => void> {
  const client = new AbortController();
  const answer = await ask(PATHS[0], { signal: client.signal });
  expect(answer.status).toBe(200);
  return () => {
    client.abort();
    // This reference keeps the garbage collector from hanging up.
    expect(answer.bodyUsed).toBe(false);
  };
}

test("of 32 exports of one account one runs and the others are told when to try again; other accounts' exports don't wait, and no database connection is held", async () => {
  const [ada, bob] = [await exporter(), await exporter(1_200)];
  const hangUp = await hold(ada);
  const others = Array.from({ length: 31 }, (_, i) => ada(PATHS[i % PATHS.length]));
  const file = await rowsOf(await bob());
  expect(file).toHaveLength(1 + 1_200 + 1);
  for (const answer of await Promise.all(others)) {
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(await answer.text()).toBe("Another export is running. Wait until it is finished, then try again.\n");
  }
  // The buffers on the way to the client are full by then.
  await vi.waitFor(async () => {
    const { rows } = await pool().query(
      `SELECT "query" FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND state <> 'idle' AND query LIKE '%"Activity"%' AND pid <> pg_backend_pid()`,
    );
    expect(rows).toEqual([]);
  }, 10_000);
  expect((await ada()).status).toBe(503);
  const next = ada();
  hangUp();
  expect(await rowsOf(await next)).toHaveLength(1 + RECORDS + 1);
});

test("a HEAD request and a finished export free their slot, too", async () => {
  const ada = await exporter(10);
  for (let i = 0; i < 3; i += 1) {
    expect((await ada(PATHS[0], { method: "HEAD" })).status).toBe(200);
    expect((await rowsOf(await ada(PATHS[i])))[0]?.length).toBeGreaterThan(2);
  }
});

test("few exports run in all, and a slot is free again when its client hangs up", async () => {
  const users = await Promise.all([1, 2, 3, 4].map(() => exporter()));
  const eve = await exporter(1);
  for (let round = 0; round < 2; round += 1) {
    const held = await Promise.all(users.map(hold));
    expect((await eve()).status).toBe(503);
    for (const hangUp of held) hangUp();
    expect((await eve()).status).toBe(200);
  }
});

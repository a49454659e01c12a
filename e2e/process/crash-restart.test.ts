import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ApiProcesses, startApiProcesses } from "#e2e/process/api-processes.ts";
import { startPostgres, type TestPostgres } from "#e2e/support/postgres.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser } from "#e2e/support/test-database.ts";
import { startTraffic } from "#e2e/support/traffic.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { connectDatabase, disconnectDatabase, pool } from "#lib/database/client.ts";

const CALLER = { actor: "user", address: null, userAgent: null } as const;
const ROUNDS = 5;

let postgres: TestPostgres;
let processes: ApiProcesses;
let ada: { id: UserId };
beforeAll(async () => {
  postgres = await startPostgres();
  processes = await startApiProcesses(1, postgres.url);
  connectDatabase(postgres.url, 4);
  // Delays the write-ahead log of rolled-back transactions, as on a busy server.
  await pool().query("ALTER SYSTEM SET wal_writer_delay = '10s'");
  await pool().query("SELECT pg_reload_conf()");
  ada = await createUser();
});
afterAll(async () => {
  await disconnectDatabase();
  await processes.end();
  await postgres.remove();
});

/** Checks a key every 60 ms. Notes when each request began and its status. */
function checkEvery60Ms(secret: string) {
  const answers: { start: number; status: number }[] = [];
  const ask = async () => {
    const start = performance.now();
    const { status } = await fetch(`${processes.all[0]?.url}/api/v1/auth`, { headers: { "x-api-key": secret } });
    answers.push({ start, status });
  };
  const traffic = startTraffic([() => Promise.all([ask(), sleep(60)])]);
  const more = (count: number) => {
    const goal = answers.length + count;
    return vi.waitFor(() => expect(answers.length).toBeGreaterThan(goal), { timeout: 20_000, interval: 10 });
  };
  return { answers, more, stop: traffic.stop };
}

async function revokeWhenBack(keyId: string): Promise<void> {
  await vi.waitFor(() => revokeApiKey(ada.id, keyId, CALLER), { timeout: 20_000, interval: 5 });
}

test.each(Array.from({ length: ROUNDS }, (_, i) => i + 1))(
  "a key that is revoked right after the database crashed and recovered is rejected, though transaction ids are handed out again (%i)",
  async () => {
    const { key, secret } = await createKey(ada.id);
    const { answers, more, stop } = checkEvery60Ms(secret);
    await more(5);
    for (let i = 0; i < 40; i += 1) await pool().query("DO $$ BEGIN PERFORM pg_current_xact_id(); ROLLBACK; END $$");
    await more(4);
    await postgres.crash();
    await revokeWhenBack(key.id);
    const confirmed = performance.now();
    await more(20);
    await stop();
    const after = answers.filter(({ start }) => start > confirmed).map(({ status }) => status);
    expect(answers.some(({ status }) => status === 204)).toBe(true);
    expect(after.filter((status) => status === 204)).toEqual([]);
    expect(after).toContain(401);
  },
  60_000,
);

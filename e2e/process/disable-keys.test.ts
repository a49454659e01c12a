import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiProcesses, startApiProcesses } from "#e2e/process/api-processes.ts";
import { startPostgres, type TestPostgres } from "#e2e/support/postgres.ts";
import { CALLER } from "#e2e/support/seed.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser } from "#e2e/support/test-database.ts";
import { changeExpiry } from "#lib/api-keys/change-expiry.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";

const INSTANCES = 3;
const TIMES = 6;

let postgres: TestPostgres;
let processes: ApiProcesses;
beforeAll(async () => {
  postgres = await startPostgres();
  processes = await startApiProcesses(INSTANCES, postgres.url);
  connectDatabase(postgres.url, 4);
}, 120_000);
afterAll(async () => {
  await disconnectDatabase();
  await processes.end();
  await postgres.remove();
});

type Answer = { status: number; start: number; end: number };

/** Asks all instances for a key without a pause, until it is stopped. */
function load(secret: string) {
  const answers: Answer[] = [];
  let over = false;
  const loops = processes.all.flatMap(({ url }) =>
    [1, 2].map(async () => {
      while (!over) {
        const start = performance.now();
        const { status } = await fetch(`${url}/api/v1/auth`, { headers: { "x-api-key": secret } });
        answers.push({ status, start, end: performance.now() });
      }
    }),
  );
  return {
    answers,
    stop: async () => {
      over = true;
      await Promise.all(loops);
    },
  };
}

test("no instance accepts a key after a confirmed disabling, or rejects it after a confirmed enabling", async () => {
  const ada = await createUser();
  const { key, secret } = await createKey(ada.id);
  const { answers, stop } = load(secret);
  const settled: { from: number; to: number; status: number }[] = [];
  for (let i = 0; i < TIMES; i += 1)
    for (const [disabling, status] of [
      ["disabled", 401],
      ["enabled", 204],
    ] as const) {
      expect(await setDisabled(ada.id, key.id, disabling, CALLER)).toMatchObject({ ok: true });
      const from = performance.now();
      // Each instance answers in this state before the next change begins.
      const seen = () => answers.filter(({ start }) => start > from).length;
      await expect.poll(seen, { timeout: 20_000, interval: 5 }).toBeGreaterThan(4 * INSTANCES);
      settled.push({ from, to: performance.now(), status });
    }
  await stop();
  for (const { from, to, status } of settled) {
    const within = answers.filter(({ start, end }) => start > from && end < to);
    expect(within.length).toBeGreaterThan(0);
    expect(within.filter((answer) => answer.status !== status)).toEqual([]);
  }
}, 120_000);

test("no instance accepts a key after its end, although it knew a later one", async () => {
  const ada = await createUser();
  const { key, secret } = await createKey(ada.id);
  const { answers, stop } = load(secret);
  await expect.poll(() => answers.length, { timeout: 20_000 }).toBeGreaterThan(4 * INSTANCES);
  // Far enough ahead for a busy machine to confirm it before.
  const at = new Date(Date.now() + 4_000);
  expect(await changeExpiry(ada.id, key.id, { type: "custom", at }, CALLER)).toMatchObject({ ok: true });
  const confirmed = performance.now();
  const endedAt = Math.max(confirmed, performance.now() + at.getTime() - Date.now());
  const after = () => answers.filter(({ start }) => start > endedAt).length;
  await expect.poll(after, { timeout: 20_000 }).toBeGreaterThan(4 * INSTANCES);
  await stop();
  const late = answers.filter(({ start }) => start > endedAt);
  expect(late.filter(({ status }) => status !== 401)).toEqual([]);
}, 120_000);

import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiProcesses, startApiProcesses } from "#e2e/process/api-processes.ts";
import { startKeyLoad } from "#e2e/process/key-load.ts";
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

test("no instance accepts a key after a confirmed disabling, or rejects it after a confirmed enabling", async () => {
  const ada = await createUser();
  const { key, secret } = await createKey(ada.id);
  const { next, stop } = startKeyLoad(processes, secret);
  for (let i = 0; i < TIMES; i += 1)
    for (const [disabling, status] of [
      ["disabled", 401],
      ["enabled", 204],
    ] as const) {
      expect(await setDisabled(ada.id, key.id, disabling, CALLER)).toMatchObject({ ok: true });
      expect((await next()).filter((answer) => answer.status !== status)).toEqual([]);
    }
  await stop();
}, 120_000);

test("no instance accepts a key after its end, although it knew a later one", async () => {
  const ada = await createUser();
  const { key, secret } = await createKey(ada.id);
  const { next, since, stop } = startKeyLoad(processes, secret);
  await next();
  // Far enough ahead for a busy machine to confirm it before.
  const at = new Date(Date.now() + 4_000);
  expect(await changeExpiry(ada.id, key.id, { type: "custom", at }, CALLER)).toMatchObject({ ok: true });
  const confirmed = performance.now();
  const endedAt = Math.max(confirmed, performance.now() + at.getTime() - Date.now());
  await expect.poll(() => since(endedAt).length, { timeout: 20_000 }).toBeGreaterThan(4 * INSTANCES);
  await stop();
  expect(since(endedAt).filter(({ status }) => status !== 401)).toEqual([]);
}, 120_000);

import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiProcesses, startApiProcesses } from "#e2e/process/api-processes.ts";
import { startKeyLoad } from "#e2e/process/key-load.ts";
import { startPostgres, type TestPostgres } from "#e2e/support/postgres.ts";
import { CALLER } from "#e2e/support/seed.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser } from "#e2e/support/test-database.ts";
import { changeExpiry } from "#lib/api-keys/change-expiry.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { type Restrictions, UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";
import { changeRestrictions } from "#lib/api-keys/restrict.ts";
import { grantCredits } from "#lib/credits/store.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";

const INSTANCES = 3;

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
  for (let i = 0; i < 6; i += 1)
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

/** Loads all instances with a key that needs a permission and credits. */
async function loadRestrictedKey() {
  const ada = await createUser();
  await grantCredits(ada.id, 1_000_000, { ...CALLER, actor: "operator" });
  const { key, secret } = await createKey(ada.id);
  const load = startKeyLoad(processes, secret, "?scope=images:write&cost=1");
  await load.next();
  return {
    ...load,
    /** Returns the answers to requests that start after a change was confirmed. */
    restrict: async (restrictions: Partial<Restrictions>) => {
      const changed = changeRestrictions(ada.id, key.id, { ...UNRESTRICTED, ...restrictions }, CALLER);
      expect(await changed).toMatchObject({ ok: true });
      return load.next();
    },
  };
}

test.each<[string, Partial<Restrictions>, Partial<Restrictions>, string]>([
  ["permissions", { scopes: [] }, { scopes: ["images:write"] }, "insufficient_scope"],
  [
    "networks",
    { allowedNetworks: ["203.0.113.0/24"] },
    { allowedNetworks: ["127.0.0.0/8", "203.0.113.0/24"] },
    "unauthorized",
  ],
  ["credits a month", { creditsPerMonth: 0 }, { creditsPerMonth: 1_000_000 }, "forbidden"],
])(
  "no instance accepts a key by its old %s after a confirmed narrowing, or rejects it after a confirmed widening",
  async (_, narrow, wide, code) => {
    const { restrict, stop } = await loadRestrictedKey();
    for (let i = 0; i < 4; i += 1)
      for (const [restrictions, expected] of [
        [narrow, code],
        [wide, null],
        [narrow, code],
        [UNRESTRICTED, null],
      ] as const) {
        const answers = await restrict(restrictions);
        expect(answers.filter((answer) => answer.code !== expected)).toEqual([]);
      }
    await stop();
  },
  120_000,
);

test("no instance counts by a key's old limit of requests after a confirmed change", async () => {
  const { restrict, stop } = await loadRestrictedKey();
  for (let i = 0; i < 4; i += 1) {
    const narrow = await restrict({ requestsPerMinute: 1 });
    expect(narrow.filter(({ policy }) => !policy.endsWith('"key";q=1;w=60'))).toEqual([]);
    // Each instance counts alone, and its minute may end meanwhile.
    expect(narrow.filter(({ code }) => code !== "rate_limit_exceeded").length).toBeLessThanOrEqual(2 * INSTANCES);
    const wide = await restrict({ requestsPerMinute: 1_000_000 });
    expect(wide.filter(({ code, policy }) => code || !policy.endsWith('"key";q=1000000;w=60'))).toEqual([]);
    const none = await restrict({});
    expect(none.filter(({ code, policy }) => code || policy.includes("key"))).toEqual([]);
  }
  await stop();
}, 120_000);

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { activityOf } from "#e2e/support/test-accounts.ts";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { revokeApiKeys, setDisabledKeys } from "#lib/api-keys/bulk.ts";
import { changeExpiry } from "#lib/api-keys/change-expiry.ts";
import { noteDecoyUse, recordDecoyUse } from "#lib/api-keys/decoys.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { UNFILTERED } from "#lib/api-keys/model/list-view.ts";
import { UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";
import { changeRestrictions } from "#lib/api-keys/restrict.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { createApiKey, deleteApiKey } from "#lib/api-keys/store.ts";
import { env } from "#lib/config/env.ts";
import { database } from "#lib/database/client.ts";
import { recordLeak } from "#lib/leaks/record-leak.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";
import { listFailedRequests } from "#lib/usage/logs.ts";
import { flushUsage } from "#lib/usage/recorder.ts";

const CALLER = { actor: "user", address: null, userAgent: null } as const;
const SYSTEM = { actor: "system", address: "203.0.113.9", userAgent: "curl/8" } as const;

let close: () => Promise<void>;
let api: TestApi;
let ada: { id: UserId };
const settings = { ...env() };
beforeAll(async () => {
  close = await useOwnDatabase();
  api = await startApi();
});
afterAll(async () => {
  api.close();
  await close();
});
beforeEach(async () => {
  ada = await createUser();
});
afterEach(() => {
  Object.assign(env(), settings);
});

const create = (userId: UserId) =>
  createApiKey(userId, { name: "Decoy", environment: "production", expiry: { type: "never" }, decoy: true }, CALLER);
async function createDecoy(userId = ada.id) {
  const created = await create(userId);
  if (!created.ok) throw new Error(created.error);
  return created.value;
}
const rowOf = (id: string) => database().apiKey.findUniqueOrThrow({ where: { id } });
const usesOf = async (userId: UserId) =>
  (await activityOf(userId)).filter(({ action }) => action === "api_key.decoy_used");

test("a decoy is rejected like any invalid key, and its last use never moves", async () => {
  const { key, secret } = await createDecoy();
  const answers = await Promise.all([
    api.call("/key", {}, secret),
    api.call("/auth", {}, secret),
    api.call("/key", {}, "gt_x"),
  ]);
  const bodies = await Promise.all(answers.map((answer) => answer.text()));
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  expect(new Set(bodies).size).toBe(1);
  expect(answers.map(({ headers }) => headers.get("www-authenticate"))).toEqual(
    Array(3).fill('Bearer realm="GoodTake API", error="invalid_token"'),
  );
  await flushUsage();
  expect((await rowOf(key.id)).lastUsedAt).toBeNull();
});

test("its use appears in Logs and, with its caller, in Activity", async () => {
  const { key, secret } = await createDecoy();
  const headers = { "x-forwarded-for": "203.0.113.9", "user-agent": "intruder/1.0" };
  for (let i = 0; i < 3; i += 1) await api.call("/auth", { headers }, secret);
  await expect
    .poll(() => usesOf(ada.id))
    .toMatchObject([
      {
        apiKeyId: key.id,
        actor: "system",
        address: "203.0.113.9",
        userAgent: "intruder/1.0",
        details: { name: "Decoy" },
      },
    ]);
  await flushUsage();
  const logged = await listFailedRequests(ada.id, key.id, 10);
  expect(logged.map(({ reason }) => reason)).toEqual(["decoy", "decoy", "decoy"]);
});

test("its use is recorded at most once an hour, across all instances", async () => {
  const { key } = await createDecoy();
  const at = (ms: number) =>
    database().$transaction((transaction) => recordDecoyUse(transaction, ada.id, [key.id], SYSTEM, new Date(ms)));
  const start = Date.now();
  await Promise.all(Array.from({ length: 8 }, () => at(start)));
  await at(start + HOUR_MS - 1);
  expect(await usesOf(ada.id)).toHaveLength(1);
  await at(start + HOUR_MS);
  expect(await usesOf(ada.id)).toHaveLength(2);
});

test("nothing is recorded for a key that isn't a decoy, for another account's decoy or for a deleted one", async () => {
  const bob = await createUser("Bob");
  const [decoy, plain, gone] = [await createDecoy(), await createKey(ada.id), await createDecoy()];
  await deleteApiKey(ada.id, gone.key.id, CALLER);
  const use = { address: "203.0.113.9", userAgent: "curl/8" };
  await noteDecoyUse({ userId: bob.id, apiKeyId: decoy.key.id, ...use });
  await noteDecoyUse({ userId: ada.id, apiKeyId: plain.key.id, ...use });
  await noteDecoyUse({ userId: ada.id, apiKeyId: gone.key.id, ...use });
  expect([await usesOf(ada.id), await usesOf(bob.id)]).toEqual([[], []]);
});

test("it can't be rotated, enabled, revoked with others, or given an expiry or permissions", async () => {
  const { key } = await createDecoy();
  const other = await createKey(ada.id);
  expect(await rotateApiKey(ada.id, key.id, "now", CALLER)).toMatchObject({ ok: false, error: "not_active" });
  for (const disabling of ["enabled", "disabled"] as const)
    expect(await setDisabled(ada.id, key.id, disabling, CALLER)).toMatchObject({ ok: false, error: "not_active" });
  expect(await changeExpiry(ada.id, key.id, { type: "preset", preset: "7d" }, CALLER)).toMatchObject({ ok: false });
  expect(await changeRestrictions(ada.id, key.id, UNRESTRICTED, CALLER)).toMatchObject({ ok: false });
  const all = { all: true, ids: [], view: UNFILTERED, confirmedAt: new Date(), confirmedKeys: 2 };
  expect(await setDisabledKeys(ada.id, all, "enabled", CALLER)).toEqual({ ok: true, value: { keys: 0 } });
  expect(await revokeApiKeys(ada.id, all, CALLER)).toEqual({ ok: true, value: { keys: 1 } });
  expect((await rowOf(key.id)).revokedAt).toBeNull();
  expect((await rowOf(other.key.id)).revokedAt).not.toBeNull();
});

test("decoys count against MAX_ACTIVE_KEYS until they are deleted", async () => {
  env().MAX_ACTIVE_KEYS = 2;
  const { key } = await createDecoy();
  await createKey(ada.id);
  expect(await create(ada.id)).toMatchObject({ ok: false, error: "too_many_keys" });
  await deleteApiKey(ada.id, key.id, CALLER);
  expect(await create(ada.id)).toMatchObject({ ok: true });
});

test("a leak report marks a decoy and counts as its use, and it stays a decoy", async () => {
  const { key } = await createDecoy();
  const reporter = { actor: "system", address: null, userAgent: null } as const;
  for (const url of ["https://a.example", "https://b.example"])
    await recordLeak(ada.id, [key.id], { source: "Scanner", url }, reporter);
  const { leakedAt, revokedAt } = await rowOf(key.id);
  expect([leakedAt === null, revokedAt]).toEqual([false, null]);
  expect((await activityOf(ada.id)).map(({ action }) => action)).toEqual([
    "api_key.created",
    "api_key.leaked",
    "api_key.decoy_used",
  ]);
});

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { CALLER, readKeyRow, rotateKey } from "#e2e/support/rotated-keys.ts";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { readUsageSummary, setDisabledKeys } from "#lib/api-keys/bulk.ts";
import { type Disabling, setDisabled } from "#lib/api-keys/disable-keys.ts";
import { findListedApiKey } from "#lib/api-keys/list.ts";
import { UNFILTERED } from "#lib/api-keys/model/list-view.ts";
import { deleteApiKey, renameApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { verifySecret } from "#lib/api-keys/verify.ts";
import { env } from "#lib/config/env.ts";
import { database } from "#lib/database/client.ts";
import { flushUsage } from "#lib/usage/recorder.ts";

let api: TestApi;
let close: () => Promise<void>;
let ada: { id: UserId };
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

const set = (id: string, disabling: Disabling, userId = ada.id) => setDisabled(userId, id, disabling, CALLER);
const actionsOf = async (apiKeyId: string) => {
  const records = await database().activity.findMany({ where: { apiKeyId }, orderBy: { createdAt: "asc" } });
  return records.map(({ action }) => action);
};

test("a disabled key gets the 401 of every other key, its owner sees the cause, and enabled it works again", async () => {
  const { key, secret } = await createKey(ada.id);
  expect((await api.call("/key", {}, secret)).status).toBe(200);
  expect(await set(key.id, "disabled")).toMatchObject({ ok: true });
  const unknown = await api.call("/key", {}, `${secret.slice(0, -1)}!`);
  const rejected = await api.call("/key", {}, secret);
  expect(rejected.status).toBe(401);
  const bodies = await Promise.all([unknown, rejected].map(async (answer) => JSON.parse(await answer.text()).error));
  expect(bodies[0].code).toBe(bodies[1].code);
  await flushUsage();
  expect(await database().rejection.findMany({ where: { apiKeyId: key.id } })).toMatchObject([{ cause: "disabled" }]);
  expect(await set(key.id, "enabled")).toMatchObject({ ok: true });
  expect((await api.call("/key", {}, secret)).status).toBe(200);
  expect(await actionsOf(key.id)).toEqual(["api_key.created", "api_key.disabled", "api_key.enabled"]);
});

test("of 10 parallel disablings each is confirmed, and one is recorded", async () => {
  const { key, secret } = await createKey(ada.id);
  const changed = await Promise.all(Array.from({ length: 10 }, () => set(key.id, "disabled")));
  expect(changed.every(({ ok }) => ok)).toBe(true);
  expect(await verifySecret(secret)).toMatchObject({ ok: false, cause: "disabled" });
  expect(await actionsOf(key.id)).toEqual(["api_key.created", "api_key.disabled"]);
});

test("a revoked, expired, deleted or another user's key is neither disabled nor enabled", async () => {
  const bob = await createUser("Bob");
  const { key } = await createKey(ada.id);
  for (const disabling of ["disabled", "enabled"] as const) {
    expect(await set(key.id, disabling, bob.id)).toEqual({ ok: false, error: "not_found" });
    const expired = await createKey(ada.id);
    await database().apiKey.update({ where: { id: expired.key.id }, data: { expiresAt: new Date() } });
    expect(await set(expired.key.id, disabling)).toEqual({ ok: false, error: "not_active" });
  }
  await set(key.id, "disabled");
  await revokeApiKey(ada.id, key.id, CALLER);
  expect(await set(key.id, "enabled")).toEqual({ ok: false, error: "not_active" });
  expect(await findListedApiKey(ada.id, key.id)).toMatchObject({ revokedAt: expect.any(Date) });
  await deleteApiKey(ada.id, key.id, CALLER);
  expect(await set(key.id, "enabled")).toEqual({ ok: false, error: "not_found" });
});

test("a key isn't enabled by a session that has ended meanwhile", async () => {
  const { key, secret } = await createKey(ada.id);
  await set(key.id, "disabled");
  const sessionId = "00000000-0000-4000-8000-000000000000";
  const enabled = await setDisabled(ada.id, key.id, "enabled", { ...CALLER, sessionId });
  expect(enabled).toEqual({ ok: false, error: "session_over" });
  expect(await verifySecret(secret)).toMatchObject({ cause: "disabled" });
});

test("a disabled key can be renamed, revoked and deleted, which revokes it", async () => {
  const [revoked, deleted] = [await createKey(ada.id), await createKey(ada.id)];
  for (const { key } of [revoked, deleted]) await set(key.id, "disabled");
  expect(await renameApiKey(ada.id, revoked.key.id, "Paused", CALLER)).toMatchObject({ ok: true });
  expect(await revokeApiKey(ada.id, revoked.key.id, CALLER)).toMatchObject({ ok: true });
  expect(await verifySecret(revoked.secret)).toMatchObject({ cause: "revoked" });
  expect(await deleteApiKey(ada.id, deleted.key.id, CALLER)).toMatchObject({ ok: true });
  expect(await verifySecret(deleted.secret)).toMatchObject({ cause: "deleted" });
  expect((await readKeyRow(deleted.key.id)).revokedAt).not.toBeNull();
});

test("a disabled key counts against the limit of active keys", async () => {
  const before = env().MAX_ACTIVE_KEYS;
  env().MAX_ACTIVE_KEYS = 1;
  try {
    const { key } = await createKey(ada.id);
    await set(key.id, "disabled");
    await expect(createKey(ada.id)).rejects.toThrow("too_many_keys");
  } finally {
    env().MAX_ACTIVE_KEYS = before;
  }
});

test("the active ones of selected keys are disabled and the disabled ones enabled, and others stay as they are", async () => {
  const keys = [await createKey(ada.id), await createKey(ada.id), await createKey(ada.id), await createKey(ada.id)];
  const ids = keys.map(({ key }) => key.id);
  const foreign = await createKey((await createUser("Bob")).id);
  await set(ids[0] as string, "disabled");
  await revokeApiKey(ada.id, ids[1] as string, CALLER);
  const causes = () =>
    Promise.all([...keys, foreign].map(async ({ secret }) => Object(await verifySecret(secret)).cause ?? "none"));
  const change = async (disabling: Disabling) => {
    const selection = { all: false, ids: [...ids, foreign.key.id], view: UNFILTERED };
    const { at, ...counts } = await readUsageSummary(ada.id, selection, new Date());
    const confirmed = { ...selection, confirmedAt: at, confirmedKeys: counts.keys };
    return [counts, await setDisabledKeys(ada.id, confirmed, disabling, CALLER)];
  };
  expect(await change("disabled")).toMatchObject([
    { keys: 4, active: 2, disabled: 1 },
    { ok: true, value: { keys: 2 } },
  ]);
  expect(await causes()).toEqual(["disabled", "revoked", "disabled", "disabled", "none"]);
  expect(await change("enabled")).toMatchObject([
    { keys: 4, active: 0, disabled: 3 },
    { ok: true, value: { keys: 3 } },
  ]);
  expect(await causes()).toEqual(["none", "revoked", "none", "none", "none"]);
});

test("an old key that is disabled still ends with its overlap", async () => {
  const { key } = await createKey(ada.id);
  await rotateKey(ada.id, key.id, "on_use");
  await set(key.id, "disabled");
  expect(await readKeyRow(key.id)).toMatchObject({ endsOnUse: true, expiresAt: expect.any(Date) });
});

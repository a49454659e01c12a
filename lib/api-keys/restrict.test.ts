import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { expectLockWaits, holdKey } from "#e2e/support/lock-waits.ts";
import { CALLER } from "#e2e/support/rotated-keys.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { findListedApiKey } from "#lib/api-keys/list.ts";
import { type Restrictions, restrictionsOf, UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";
import { changeRestrictions } from "#lib/api-keys/restrict.ts";
import { readRestrictionChoices } from "#lib/api-keys/restriction-choices.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { createApiKey, deleteApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { verifySecret } from "#lib/api-keys/verify.ts";
import { database } from "#lib/database/client.ts";

let close: () => Promise<void>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createUser();
});

const NARROW: Restrictions = {
  scopes: ["images:write"],
  allowedNetworks: ["192.0.2.0/24", "2001:db8::/48"],
  requestsPerMinute: 10,
  creditsPerMonth: 0,
};
const change = (id: string, to: Restrictions, userId = ada.id) => changeRestrictions(userId, id, to, CALLER);
const read = async (id: string, userId = ada.id) => {
  const key = await findListedApiKey(userId, id);
  return key && restrictionsOf(key);
};
const records = async (apiKeyId: string, action = "api_key.restrictions_changed") => {
  const where = { apiKeyId, action };
  const found = await database().activity.findMany({ where, orderBy: { createdAt: "asc" } });
  return found.map(({ details }) => details);
};

test("the restrictions of an active or disabled key are tightened and relaxed, and each difference is recorded", async () => {
  const { key } = await createKey(ada.id);
  expect(await change(key.id, NARROW)).toMatchObject({ ok: true });
  expect(await read(key.id)).toEqual(NARROW);
  await setDisabled(ada.id, key.id, "disabled", CALLER);
  expect(await change(key.id, { ...NARROW, scopes: [], requestsPerMinute: null })).toMatchObject({ ok: true });
  expect(await read(key.id)).toEqual({ ...NARROW, scopes: [], requestsPerMinute: null });
  expect(await records(key.id)).toEqual([
    { name: "Production App", from: UNRESTRICTED, to: NARROW },
    {
      name: "Production App",
      from: { scopes: ["images:write"], requestsPerMinute: 10 },
      to: { scopes: [], requestsPerMinute: null },
    },
  ]);
});

test("a change that changes nothing is confirmed and not recorded", async () => {
  const { key } = await createKey(ada.id);
  for (let times = 0; times < 2; times++) expect(await change(key.id, NARROW)).toMatchObject({ ok: true });
  expect(await records(key.id)).toHaveLength(1);
});

test("a form that was opened before another change is rejected and changes nothing", async () => {
  const { key } = await createKey(ada.id);
  const save = (to: Restrictions, seen: Restrictions) => changeRestrictions(ada.id, key.id, to, CALLER, seen);
  expect(await save(NARROW, UNRESTRICTED)).toEqual({ ok: true });
  const stale = await save({ ...UNRESTRICTED, creditsPerMonth: 5 }, UNRESTRICTED);
  expect(stale).toEqual({ ok: false, error: "restrictions_changed" });
  expect(await read(key.id)).toEqual(NARROW);
  expect(await save(UNRESTRICTED, NARROW)).toEqual({ ok: true });
});

test("once a change is confirmed, no cache uses the old restrictions", async () => {
  const { key, secret } = await createKey(ada.id);
  expect(await verifySecret(secret)).toMatchObject({ ok: true, key: { scopes: null, creditsPerMonth: null } });
  for (const to of [NARROW, { ...NARROW, scopes: [] }, UNRESTRICTED]) {
    await change(key.id, to);
    const verified = await verifySecret(secret, "192.0.2.1");
    expect(verified.ok && restrictionsOf(verified.key)).toEqual(to);
  }
});

test("a key is created with restrictions, and activity records them", async () => {
  const input = { name: "Agent", environment: "production", expiry: { type: "never" } } as const;
  const [narrow, full] = await Promise.all([
    createApiKey(ada.id, { ...input, restrictions: NARROW }, CALLER),
    createApiKey(ada.id, input, CALLER),
  ]);
  if (!narrow.ok || !full.ok) throw new Error("The keys were not created.");
  expect(await read(narrow.value.key.id)).toEqual(NARROW);
  expect(await read(full.value.key.id)).toEqual(UNRESTRICTED);
  expect(await records(narrow.value.key.id, "api_key.created")).toMatchObject([{ restrictions: NARROW }]);
  expect(await records(full.value.key.id, "api_key.created")).not.toMatchObject([{ restrictions: expect.anything() }]);
});

test("an expired, revoked, deleted or another user's key keeps its restrictions", async () => {
  const bob = await createUser("Bob");
  const [foreign, expired, revoked, deleted] = await Promise.all([1, 2, 3, 4].map(() => createKey(ada.id)));
  if (!foreign || !expired || !revoked || !deleted) throw new Error("No keys.");
  await database().apiKey.update({ where: { id: expired.key.id }, data: { expiresAt: new Date() } });
  await revokeApiKey(ada.id, revoked.key.id, CALLER);
  await deleteApiKey(ada.id, deleted.key.id, CALLER);
  expect(await change(foreign.key.id, NARROW, bob.id)).toEqual({ ok: false, error: "not_found" });
  expect(await change(deleted.key.id, NARROW)).toEqual({ ok: false, error: "not_found" });
  for (const { key } of [expired, revoked])
    expect(await change(key.id, NARROW)).toEqual({ ok: false, error: "not_active" });
  for (const { key } of [foreign, expired, revoked, deleted]) {
    expect(await read(key.id)).toEqual(UNRESTRICTED);
    expect(await records(key.id)).toEqual([]);
  }
});

test("10 parallel changes are all confirmed, and each record starts where the previous one ended", async () => {
  const { key } = await createKey(ada.id);
  const changes = Array.from({ length: 10 }, (_, i) => change(key.id, { ...UNRESTRICTED, requestsPerMinute: i + 1 }));
  expect((await Promise.all(changes)).every(({ ok }) => ok)).toBe(true);
  const steps = (await records(key.id)) as { from: Partial<Restrictions>; to: Partial<Restrictions> }[];
  expect(steps).toHaveLength(10);
  const last = await read(key.id);
  const ends = [...steps.map(({ from }) => from.requestsPerMinute), last?.requestsPerMinute];
  const starts = [null, ...steps.map(({ to }) => to.requestsPerMinute)];
  expect(ends.toSorted()).toEqual(starts.toSorted());
});

test("a rotation that waits for a change gives the successor the new restrictions", async () => {
  const { key } = await createKey(ada.id);
  const holder = await holdKey(key.id);
  const changed = change(key.id, NARROW);
  await expectLockWaits(1);
  const rotated = rotateApiKey(ada.id, key.id, "24h", CALLER);
  await expectLockWaits(2);
  await holder.release();
  expect(await changed).toMatchObject({ ok: true });
  const successor = await rotated;
  expect(successor.ok && restrictionsOf(successor.value.key)).toEqual(NARROW);
});

test("a permission that doesn't exist can't be given to a key, but a key that has it keeps it", async () => {
  const { key } = await createKey(ada.id);
  const unknown = { ...UNRESTRICTED, scopes: ["gone:read"] };
  const input = { name: "Agent", environment: "production", expiry: { type: "never" } } as const;
  const created = await createApiKey(ada.id, { ...input, restrictions: unknown }, CALLER);
  expect(created).toEqual({ ok: false, error: "unknown_scope" });
  expect(await change(key.id, unknown)).toEqual({ ok: false, error: "unknown_scope" });
  await database().apiKey.update({ where: { id: key.id }, data: { scopes: "gone:read" } });
  expect(await change(key.id, { ...NARROW, scopes: ["gone:read", "images:write"] })).toMatchObject({ ok: true });
  expect(await change(key.id, { ...NARROW, scopes: ["images:write"] })).toMatchObject({ ok: true });
  expect(await change(key.id, unknown)).toEqual({ ok: false, error: "unknown_scope" });
});

test("the form offers the recent networks of the user's own keys only", async () => {
  const [bob, { key }] = [await createUser("Bob", "pro"), await createKey(ada.id)];
  const seen = (addressPrefix: string, minutes: number, userAgent = "curl") => ({
    apiKeyId: key.id,
    addressPrefix,
    userAgent,
    route: "/api/v1/key",
    lastSeenAt: new Date(Date.now() - minutes * 60_000),
  });
  await database().usageCaller.createMany({
    data: [seen("192.0.2.0/24", 9), seen("2001:db8::/48", 5), seen("192.0.2.0/24", 1, "wget"), seen("", 0)],
  });
  const choices = await readRestrictionChoices(ada.id, key.id);
  expect(choices).toMatchObject({ requestsPerMinute: 20, callers: ["192.0.2.0/24", "2001:db8::/48"] });
  expect(choices.scopes.map(({ name }) => name)).toContain("images:write");
  expect(await readRestrictionChoices(bob.id, key.id)).toMatchObject({ requestsPerMinute: 120, callers: [] });
  expect(await readRestrictionChoices(ada.id, null)).toMatchObject({ callers: [] });
});

test("a session that has ended changes nothing", async () => {
  const { key } = await createKey(ada.id);
  const caller = { ...CALLER, sessionId: "00000000-0000-4000-8000-000000000000" };
  expect(await changeRestrictions(ada.id, key.id, NARROW, caller)).toEqual({ ok: false, error: "session_over" });
  expect(await read(key.id)).toEqual(UNRESTRICTED);
});

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createKey, startApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { Caller } from "#lib/activity/record.ts";
import { deleteApiKeys as deleteForUndo, readUsageSummary, revokeApiKeys } from "#lib/api-keys/bulk.ts";
import { UNFILTERED, type View } from "#lib/api-keys/model/list-view.ts";
import { type ConfirmedSelection, confirmedSelection, type Selection } from "#lib/api-keys/model/schema.ts";
import { deleteApiKey, renameApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";

const CALLER: Caller = { actor: "user", address: "203.0.113.7", userAgent: "vitest" };
const MINUTE_MS = 60_000;

let close: () => Promise<void>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createUser();
});

type Change = {
  name?: string;
  createdAt?: Date;
  expiresAt?: Date;
  revokedAt?: Date;
  deletedAt?: Date;
  lastUsedAt?: Date;
};

/** Adds keys named "key 0" and so on, and returns their ids in that order. */
async function keysOf(userId: UserId, count: number, change: (i: number) => Change = () => ({})): Promise<string[]> {
  const keys = await database().apiKey.createManyAndReturn({
    data: Array.from({ length: count }, (_, i) => ({
      userId,
      name: `key ${i}`,
      environment: "production" as const,
      prefix: "gt_aaaa",
      hash: new TextEncoder().encode(randomUUID()),
      createdAt: ago(60),
      ...change(i),
    })),
    select: { id: true },
  });
  return keys.map(({ id }) => id);
}
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS);

/** Deletes, and leaves out of the answer when that was. */
const deleteApiKeys: typeof revokeApiKeys = async (...args) => {
  const deleted = await deleteForUndo(...args);
  return deleted.ok ? { ok: true, value: { keys: deleted.value.keys } } : deleted;
};

const these = (ids: string[]): Selection => ({ all: false, ids, view: UNFILTERED });
const allBut = (ids: string[], view: View = UNFILTERED): Selection => ({ all: true, ids, view });
/** Confirms a selection as the dialog does: what the usage summary counted. */
async function confirmed(
  userId: UserId,
  selection: Selection,
  change: "revoke" | "delete",
): Promise<ConfirmedSelection> {
  const { at, keys, active } = await readUsageSummary(userId, selection, new Date());
  return { ...selection, confirmedAt: at, confirmedKeys: change === "revoke" ? active : keys };
}
async function revoke(userId: UserId, selection: Selection) {
  return revokeApiKeys(userId, await confirmed(userId, selection, "revoke"), CALLER);
}
async function remove(userId: UserId, selection: Selection) {
  return deleteApiKeys(userId, await confirmed(userId, selection, "delete"), CALLER);
}

async function namesOf(userId: UserId, where: { revokedAt?: null | { not: null }; deletedAt?: null | { not: null } }) {
  const rows = await database().apiKey.findMany({ where: { userId, ...where }, orderBy: { name: "asc" } });
  return rows.map(({ name }) => name);
}
const activityOf = (userId: UserId) =>
  database().activity.findMany({ where: { userId }, orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
const done = (keys: number) => ({ ok: true, value: { keys } });

describe("the usage summary", () => {
  test("counts keys in the list, active ones and those used in the last hour and day, and names the latest", async () => {
    const ids = await keysOf(
      ada.id,
      7,
      (i) =>
        [
          { lastUsedAt: ago(59) },
          { lastUsedAt: ago(61) },
          { lastUsedAt: ago(24 * 60 + 1) },
          {},
          { lastUsedAt: ago(1), revokedAt: ago(1) },
          { lastUsedAt: ago(1), expiresAt: ago(1) },
          { lastUsedAt: ago(1), deletedAt: ago(1) },
        ][i] ?? {},
    );
    const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
    await database().usageHour.create({ data: { apiKeyId: String(ids[1]), hour, outcome: "ok", requests: 42 } });
    const now = new Date();
    const summary = await readUsageSummary(ada.id, these(ids), now);
    expect(summary).toMatchObject({ at: now, keys: 6, active: 4, usedLastHour: 1, usedLastDay: 2 });
    expect(summary.lately).toMatchObject([
      { name: "key 0", prefix: "gt_aaaa", recentRequests: 0 },
      { name: "key 1", prefix: "gt_aaaa", recentRequests: 42 },
    ]);
    expect(await readUsageSummary(ada.id, allBut([]), now)).toEqual(summary);
  });

  test("names ten at most", async () => {
    await keysOf(ada.id, 12, () => ({ lastUsedAt: ago(5) }));
    const { usedLastHour, lately } = await readUsageSummary(ada.id, allBut([]), new Date());
    expect([usedLastHour, lately.length]).toEqual([12, 10]);
  });
});

describe("a selection of", () => {
  test("single keys takes no others", async () => {
    const [, second, , fourth] = await keysOf(ada.id, 5);
    expect(await revoke(ada.id, these([String(second), String(fourth)]))).toEqual(done(2));
    expect(await namesOf(ada.id, { revokedAt: { not: null } })).toEqual(["key 1", "key 3"]);
    expect(await remove(ada.id, these([String(second)]))).toEqual(done(1));
    expect(await namesOf(ada.id, { deletedAt: { not: null } })).toEqual(["key 1"]);
  });

  test("all keys in a view leaves out the exceptions", async () => {
    const ids = await keysOf(ada.id, 6, (i) => ({ name: `${i % 2 ? "batch" : "app"} ${i}` }));
    expect(await revoke(ada.id, allBut([String(ids[3])], { ...UNFILTERED, q: "BATCH" }))).toEqual(done(2));
    expect(await namesOf(ada.id, { revokedAt: { not: null } })).toEqual(["batch 1", "batch 5"]);
    expect(await remove(ada.id, allBut([], { ...UNFILTERED, status: "revoked" }))).toEqual(done(2));
    expect(await namesOf(ada.id, { deletedAt: { not: null } })).toEqual(["batch 1", "batch 5"]);
  });

  test("revoked, expired and deleted keys revokes none again and records nothing", async () => {
    await keysOf(ada.id, 4, (i) => [{ revokedAt: ago(5) }, { expiresAt: ago(5) }, { deletedAt: ago(5) }, {}][i] ?? {});
    expect(await revoke(ada.id, allBut([]))).toEqual(done(1));
    expect(await activityOf(ada.id)).toMatchObject([{ action: "api_key.revoked", details: { name: "key 3" } }]);
  });
});

describe("a key that was not confirmed is not changed", () => {
  test.each([
    ["revoke", revokeApiKeys],
    ["delete", deleteApiKeys],
  ] as const)("%s: a key that was created after the confirmation", async (change, take) => {
    await keysOf(ada.id, 3);
    const selection = await confirmed(ada.id, allBut([]), change);
    const { key } = await createKey(ada.id);
    expect(await take(ada.id, selection, CALLER)).toEqual(done(3));
    expect(await database().apiKey.findUnique({ where: { id: key.id } })).toMatchObject({
      revokedAt: null,
      deletedAt: null,
    });
  });

  test("a key that has expired since, when all expired ones are deleted", async () => {
    const [expired, later] = await keysOf(ada.id, 2, (i) => ({
      expiresAt: i === 0 ? ago(1) : new Date(Date.now() + 60),
    }));
    const selection = await confirmed(ada.id, allBut([], { ...UNFILTERED, status: "expired" }), "delete");
    await expect.poll(async () => (await readUsageSummary(ada.id, these([String(later)]), new Date())).active).toBe(0);
    expect(await deleteApiKeys(ada.id, selection, CALLER)).toEqual(done(1));
    expect(await database().apiKey.findMany({ where: { userId: ada.id, deletedAt: null } })).toMatchObject([
      { id: later },
    ]);
    expect(await activityOf(ada.id)).not.toMatchObject([{ apiKeyId: expired }, { apiKeyId: later }]);
  });

  test("no key is changed if it would be more than were confirmed", async () => {
    const [other] = await keysOf(ada.id, 3, (i) => ({ name: i === 0 ? "other" : `batch ${i}` }));
    const selection = await confirmed(ada.id, allBut([], { ...UNFILTERED, q: "batch" }), "delete");
    await renameApiKey(ada.id, String(other), "batch 0", CALLER);
    expect(await deleteApiKeys(ada.id, selection, CALLER)).toEqual({ ok: false, error: "selection_changed" });
    expect(await namesOf(ada.id, { revokedAt: null, deletedAt: null })).toHaveLength(3);
  });

  test.each([
    ["an invalid view", { view: { ...UNFILTERED, status: "any" } }],
    ["more than 10,000 single keys", { ids: Array.from({ length: 10_001 }, () => randomUUID()) }],
  ])("%s is not a selection", (_, change) => {
    const selection = { ...these([]), confirmedAt: new Date(), confirmedKeys: 1 };
    expect(confirmedSelection.safeParse(selection).success).toBe(true);
    expect(confirmedSelection.safeParse({ ...selection, ...change }).success).toBe(false);
  });
});

test("each key has its own records, in order, with who did it", async () => {
  const ids = await keysOf(ada.id, 2, (i) => (i === 1 ? { revokedAt: ago(5) } : {}));
  expect(await remove(ada.id, these(ids))).toEqual(done(2));
  const by = { userId: ada.id, actor: "user", address: "203.0.113.7", userAgent: "vitest" };
  const records = await activityOf(ada.id);
  expect(records.filter(({ apiKeyId }) => apiKeyId === ids[0])).toMatchObject([
    { ...by, action: "api_key.revoked", details: { name: "key 0" } },
    { ...by, action: "api_key.deleted", details: { name: "key 0" } },
  ]);
  expect(records.filter(({ apiKeyId }) => apiKeyId === ids[1])).toMatchObject([
    { ...by, action: "api_key.deleted", details: { name: "key 1" } },
  ]);
});

test("of parallel bulk and single revocations and deletions each key is revoked by one, and recorded once", async () => {
  const ids = await keysOf(ada.id, 300);
  const backwards = ids.toReversed();
  const [some, others, every] = await Promise.all([
    confirmed(ada.id, these(backwards.slice(0, 200)), "revoke"),
    confirmed(ada.id, these(ids.slice(0, 200)), "revoke"),
    confirmed(ada.id, allBut([]), "delete"),
  ]);
  const [singles, revoked, deleted] = await Promise.all([
    Promise.all(ids.filter((_, i) => i % 20 === 0).map((id) => revokeApiKey(ada.id, id, CALLER))),
    Promise.all([revokeApiKeys(ada.id, some, CALLER), revokeApiKeys(ada.id, others, CALLER)]),
    Promise.all([deleteApiKeys(ada.id, every, CALLER), deleteApiKeys(ada.id, every, CALLER)]),
    Promise.all(ids.filter((_, i) => i % 30 === 0).map((id) => deleteApiKey(ada.id, id, CALLER))),
  ]);
  expect(await namesOf(ada.id, { revokedAt: null })).toEqual([]);
  expect(await namesOf(ada.id, { deletedAt: null })).toEqual([]);
  const records = await activityOf(ada.id);
  for (const action of ["api_key.revoked", "api_key.deleted"]) {
    const of = records.filter((record) => record.action === action).map(({ apiKeyId }) => apiKeyId);
    expect(of.toSorted(), action).toEqual(ids.toSorted());
  }
  // Each call returned the number of keys that it changed.
  const returned = [...revoked, ...deleted].map((result) => (result.ok ? result.value.keys : Number.NaN));
  expect(returned.every((keys) => keys >= 0)).toBe(true);
  expect(singles.filter((result) => result.ok).length + Number(returned[0]) + Number(returned[1])).toBeLessThanOrEqual(
    300,
  );
});

test("ten thousand keys are one call, and all are rejected when it returns", async () => {
  const api = await startApi();
  const { secret } = await createKey(ada.id);
  await database().$executeRaw`
    INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
    SELECT gen_random_uuid(), ${ada.id}::uuid, 'key ' || i, 'production', 'gt_aaaa', decode(md5(i::text), 'hex')
    FROM generate_series(1, 9999) i`;
  const keys = await database().apiKey.findMany({ where: { userId: ada.id }, select: { id: true } });
  expect((await api.call("/key", {}, secret)).status).toBe(200);
  expect(await revoke(ada.id, these(keys.map(({ id }) => id)))).toEqual(done(10_000));
  expect((await api.call("/key", {}, secret)).status).toBe(401);
  expect(await remove(ada.id, allBut([]))).toEqual(done(10_000));
  expect(await database().apiKey.count({ where: { userId: ada.id, deletedAt: null } })).toBe(0);
  const counts = await database().activity.groupBy({ by: ["action"], where: { userId: ada.id }, _count: true });
  expect(Object.fromEntries(counts.map(({ action, _count }) => [action, _count]))).toEqual({
    "api_key.created": 1,
    "api_key.revoked": 10_000,
    "api_key.deleted": 10_000,
  });
  api.close();
});

describe("isolation: another user's keys are as if they did not exist", () => {
  test.each([
    ["summarize", (userId: UserId, selection: Selection) => readUsageSummary(userId, selection, new Date(0))],
    ["revoke", revokeAnything],
    ["delete", deleteAnything],
  ])("%s", async (_, operation) => {
    const bob = await createUser("Bob");
    const bobs = await keysOf(bob.id, 3, () => ({ lastUsedAt: ago(1) }));
    const before = await database().apiKey.findMany({ where: { userId: bob.id } });
    expect(await operation(ada.id, these(bobs))).toEqual(await operation(ada.id, these(bobs.map(() => randomUUID()))));
    await keysOf(ada.id, 1);
    await operation(ada.id, these([...bobs, ...(await keysOf(ada.id, 1))]));
    await operation(ada.id, allBut([]));
    expect(await database().apiKey.findMany({ where: { userId: bob.id } })).toEqual(before);
    expect(await activityOf(bob.id)).toEqual([]);
  });
});

function revokeAnything(userId: UserId, selection: Selection) {
  return revokeApiKeys(userId, { ...selection, confirmedAt: new Date(), confirmedKeys: 100 }, CALLER);
}
function deleteAnything(userId: UserId, selection: Selection) {
  return deleteApiKeys(userId, { ...selection, confirmedAt: new Date(), confirmedKeys: 100 }, CALLER);
}

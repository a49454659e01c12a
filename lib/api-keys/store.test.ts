import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { Caller } from "#lib/activity/record.ts";
import { findListedApiKey } from "#lib/api-keys/list.ts";
import { keyStatus } from "#lib/api-keys/model/status.ts";
import { isSecret } from "#lib/api-keys/secret.ts";
import { createApiKey, deleteApiKey, renameApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { env } from "#lib/config/env.ts";
import { database } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

const CALLER: Caller = { actor: "user", address: "203.0.113.7", userAgent: "vitest" };
const NEVER = { name: "Production App", environment: "production", expiry: { type: "never" } } as const;

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

async function createKey(userId: UserId, input: Parameters<typeof createApiKey>[1] = NEVER) {
  const created = await createApiKey(userId, input, CALLER);
  if (!created.ok) throw new Error(created.error);
  return created.value;
}

function activityOf(apiKeyId: string) {
  return database().activity.findMany({ where: { apiKeyId }, orderBy: { createdAt: "asc" } });
}

describe("creating", () => {
  test("a new key is active, well-formed and recorded with its caller", async () => {
    const ada = await createUser();
    const { key, secret } = await createKey(ada.id);
    expect(isSecret(secret)).toBe(true);
    expect(secret.startsWith(key.prefix)).toBe(true);
    expect(key.prefix).toMatch(/^gt_[0-9A-Za-z]{4}$/);
    expect(keyStatus(key, new Date())).toBe("active");
    expect(await activityOf(key.id)).toMatchObject([
      { action: "api_key.created", userId: ada.id, actor: "user", address: "203.0.113.7", userAgent: "vitest" },
    ]);
  });

  test("of 20 parallel creations with one place left exactly one succeeds", async () => {
    const ada = await createUser();
    const { MAX_ACTIVE_KEYS } = env();
    await database().apiKey.createMany({
      data: Array.from({ length: MAX_ACTIVE_KEYS - 1 }, (_, i) => ({
        userId: ada.id,
        name: `key ${i}`,
        environment: "production" as const,
        prefix: "gt_aaaa",
        hash: new TextEncoder().encode(`${ada.id} ${i}`),
      })),
    });
    const results = await Promise.all(Array.from({ length: 20 }, () => createApiKey(ada.id, NEVER, CALLER)));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(results.filter((result) => !result.ok && result.error === "too_many_keys")).toHaveLength(19);
    expect(await database().apiKey.count({ where: { userId: ada.id } })).toBe(MAX_ACTIVE_KEYS);
  });

  test("revoked, deleted and expired keys don't count against the limit", async () => {
    const ada = await createUser();
    await database().apiKey.createMany({
      data: Array.from({ length: env().MAX_ACTIVE_KEYS }, (_, i) => ({
        userId: ada.id,
        name: `key ${i}`,
        environment: "production" as const,
        prefix: "gt_aaaa",
        hash: new TextEncoder().encode(`${ada.id} ${i}`),
        ...(i === 0 && { expiresAt: new Date(Date.now() - 1) }),
      })),
    });
    expect((await createApiKey(ada.id, NEVER, CALLER)).ok).toBe(true);
    expect(await createApiKey(ada.id, NEVER, CALLER)).toEqual({ ok: false, error: "too_many_keys" });
  });

  const createExpiring = async (at: Date) =>
    createApiKey((await createUser()).id, { ...NEVER, expiry: { type: "custom", at } }, CALLER);

  test("a custom expiry of tomorrow is the key's", async () => {
    const at = new Date(Date.now() + DAY_MS);
    expect(await createExpiring(at)).toMatchObject({ ok: true, value: { key: { expiresAt: at } } });
  });

  test.each([
    ["an instant that has passed", -1],
    ["six years ahead", 6 * 366 * DAY_MS],
  ])("a custom expiry of %s is rejected", async (_, offsetMs) => {
    const result = await createExpiring(new Date(Date.now() + offsetMs));
    expect(result).toEqual({ ok: false, error: "expiry_out_of_range" });
  });
});

describe("revoking", () => {
  test("of 20 parallel revocations one succeeds and is recorded, the others get already_revoked", async () => {
    const ada = await createUser();
    const { key } = await createKey(ada.id);
    const results = await Promise.all(Array.from({ length: 20 }, () => revokeApiKey(ada.id, key.id, CALLER)));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(results.filter((result) => !result.ok && result.error === "already_revoked")).toHaveLength(19);
    expect((await activityOf(key.id)).map(({ action }) => action)).toEqual(["api_key.created", "api_key.revoked"]);
  });

  test("the database itself rejects the restoration of a revoked key", async () => {
    const ada = await createUser();
    const { key } = await createKey(ada.id);
    await revokeApiKey(ada.id, key.id, CALLER);
    await expect(database().apiKey.update({ where: { id: key.id }, data: { revokedAt: null } })).rejects.toThrow();
  });

  test("deleting an active key revokes it, and both are recorded", async () => {
    const ada = await createUser();
    const { key } = await createKey(ada.id);
    expect(await deleteApiKey(ada.id, key.id, CALLER)).toMatchObject({ ok: true });
    const row = await database().apiKey.findUniqueOrThrow({ where: { id: key.id } });
    expect(row.revokedAt).not.toBeNull();
    expect((await activityOf(key.id)).map(({ action }) => action)).toEqual([
      "api_key.created",
      "api_key.revoked",
      "api_key.deleted",
    ]);
  });
});

describe("isolation: another user's key is as if it did not exist", () => {
  const NO_KEY = "00000000-0000-7000-8000-000000000000";
  test.each([
    ["find", (userId: UserId, id: string) => findListedApiKey(userId, id)],
    ["rename", (userId: UserId, id: string) => renameApiKey(userId, id, "Mine now", CALLER)],
    ["revoke", (userId: UserId, id: string) => revokeApiKey(userId, id, CALLER)],
    ["delete", (userId: UserId, id: string) => deleteApiKey(userId, id, CALLER)],
  ])("%s", async (_, operation) => {
    const [ada, bob] = await Promise.all([createUser("Ada"), createUser("Bob")]);
    const { key } = await createKey(ada.id);
    const before = await database().apiKey.findUniqueOrThrow({ where: { id: key.id } });
    expect(await operation(bob.id, key.id)).toEqual(await operation(bob.id, NO_KEY));
    expect(await database().apiKey.findUniqueOrThrow({ where: { id: key.id } })).toEqual(before);
    expect(await activityOf(key.id)).toHaveLength(1);
    const allowed = await operation(ada.id, key.id);
    expect(allowed).not.toEqual(await operation(ada.id, NO_KEY));
  });
});

describe("activity", () => {
  test("the database rejects changes, deletions and truncation of records, except pruning", async () => {
    const ada = await createUser();
    const { key } = await createKey(ada.id);
    await expect(
      database().activity.updateMany({ where: { apiKeyId: key.id }, data: { action: "x" } }),
    ).rejects.toThrow();
    await expect(database().activity.deleteMany({ where: { apiKeyId: key.id } })).rejects.toThrow();
    await expect(database().$executeRaw`TRUNCATE "Activity"`).rejects.toThrow();
    await database().$transaction([
      database().$executeRaw`SET LOCAL goodtake.pruning = 'on'`,
      database().activity.deleteMany({ where: { apiKeyId: key.id } }),
    ]);
    expect(await activityOf(key.id)).toHaveLength(0);
  });
});

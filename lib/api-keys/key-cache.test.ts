import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { ada, asked, cache, createKey, keyCachePerTest } from "#e2e/support/test-key-cache.ts";
import { disableAccount, enableAccount, setTier } from "#lib/accounts/store.ts";
import type { CachedKey } from "#lib/api-keys/cached-keys.ts";
import { KeyCache } from "#lib/api-keys/key-cache.ts";
import type { CacheStatement } from "#lib/api-keys/key-cache-queries.ts";
import { LEASE_MS, outliveLeases } from "#lib/api-keys/lease.ts";
import { revokeApiKeyAsOperator } from "#lib/api-keys/operator.ts";
import { generateSecret, secretId } from "#lib/api-keys/secret.ts";
import { deleteApiKey, renameApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { queryPool } from "#lib/api-keys/verify.ts";
import { database, pool } from "#lib/database/client.ts";
import { isUnavailable } from "#lib/database/unavailable.ts";

const CALLER = { actor: "user", address: null, userAgent: null } as const;

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
keyCachePerTest();

test("a key is looked up once and then found without a promise, with all that a request needs", async () => {
  const { id, hash } = await createKey();
  await cache.find(hash);
  asked.mockClear();
  expect(cache.find(hash)).toEqual({
    id,
    userId: ada.id,
    name: "Production App",
    environment: "production",
    prefix: expect.stringMatching(/^gt_.{4}$/),
    tier: "free",
    createdAt: expect.any(Number),
    expiresAt: null,
    revokedAt: null,
    revokesAt: null,
    disabledAt: null,
    decoy: false,
    deleted: false,
    ownerDisabled: false,
    scopes: null,
    allowedNetworks: null,
    requestsPerMinute: null,
    creditsPerMonth: null,
    permissions: null,
    networks: null,
  } satisfies Record<keyof CachedKey, unknown>);
  expect(asked).not.toHaveBeenCalled();
});

test("requests of one turn of the event loop share one query, for one key, many keys and an unknown one", async () => {
  const keys: Awaited<ReturnType<typeof createKey>>[] = [];
  for (let i = 0; i < 50; i += 1) keys.push(await createKey());
  asked.mockClear();
  const unknown = secretId(generateSecret());
  const all = await Promise.all([...keys, ...keys].map(({ hash }) => cache.find(hash)).concat(cache.find(unknown)));
  expect(all.map((key) => key?.id)).toEqual([...keys, ...keys].map(({ id }) => id).concat(undefined as never));
  expect(asked).toHaveBeenCalledOnce();
  expect(cache.find(unknown)).toBeNull();
});

describe("a change of", () => {
  type Change = (key: { id: string; hash: string }) => Promise<unknown>;
  test.each<[string, Change, Partial<CachedKey>]>([
    ["a key's revocation", ({ id }) => revokeApiKey(ada.id, id, CALLER), { revokedAt: expect.any(Number) }],
    ["its deletion", ({ id }) => deleteApiKey(ada.id, id, CALLER), { deleted: true }],
    [
      "its deletion, which the operator is told of as a revocation",
      async ({ id }) => {
        await pool().query(`UPDATE "ApiKey" SET "revokedAt" = now(), "deletedAt" = now() WHERE "id" = $1`, [id]);
        expect(await revokeApiKeyAsOperator(id, CALLER)).toEqual({ ok: false, error: "already_revoked" });
      },
      { deleted: true },
    ],
    ["its owner's disabling", () => disableAccount(ada.id, CALLER), { ownerDisabled: true }],
    [
      "its owner's enabling",
      async () => {
        await disableAccount(ada.id, CALLER);
        await enableAccount(ada.id, CALLER);
      },
      { ownerDisabled: false },
    ],
    ["its owner's tier", () => setTier(ada.id, "pro", CALLER), { tier: "pro" }],
    [
      "its name",
      async ({ id }) => {
        await renameApiKey(ada.id, id, "Other", CALLER);
        await outliveLeases();
      },
      { name: "Other" },
    ],
    [
      "its expiry, by another program",
      async ({ id }) => {
        await pool().query(`UPDATE "ApiKey" SET "expiresAt" = '2030-01-01T00:00:00.123Z' WHERE "id" = $1`, [id]);
        await outliveLeases();
      },
      { expiresAt: Date.parse("2030-01-01T00:00:00.123Z") },
    ],
    [
      "its restrictions, by another program",
      async ({ id }) => {
        await pool().query(
          `UPDATE "ApiKey" SET "scopes" = 'images:write', "allowedNetworks" = '10.0.0.0/8', "requestsPerMinute" = 7,
             "creditsPerMonth" = 0 WHERE "id" = $1`,
          [id],
        );
        await outliveLeases();
      },
      { permissions: expect.anything(), networks: [expect.anything()], requestsPerMinute: 7, creditsPerMonth: 0 },
    ],
  ])("%s is known to every busy cache when it is confirmed", async (_, change, expected) => {
    const key = await createKey();
    const caches = Array.from({ length: 3 }, () => new KeyCache(queryPool));
    let over = false;
    const traffic = caches.map(async (each) => {
      while (!over) {
        await each.find(key.hash);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
    await caches[0]?.find(key.hash);
    await change(key);
    for (const each of caches) expect(await each.find(key.hash)).toMatchObject(expected);
    over = true;
    await Promise.all(traffic);
    for (const each of caches) each.close();
  });

  test("an unknown hash: a key that is created with it is found", async () => {
    const secret = generateSecret();
    expect(await cache.find(secretId(secret))).toBeNull();
    await database().$executeRaw`
      INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
      VALUES (${randomUUID()}::uuid, ${ada.id}::uuid, 'Late', 'production', 'gt_late', decode(${secretId(secret)}, 'hex'))`;
    // Asked for all the while, so that its lease is renewed and never runs out.
    const committed = performance.now();
    while (performance.now() - committed < LEASE_MS) {
      await cache.find(secretId(secret));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await cache.find(secretId(secret))).toMatchObject({ name: "Late" });
  });

  test("a transaction that was still open at the last answer is not missed, however many are newer", async () => {
    const { id, hash } = await createKey();
    const slow = await pool().connect();
    await slow.query("BEGIN");
    await slow.query(`UPDATE "ApiKey" SET "revokedAt" = now() WHERE "id" = $1`, [id]);
    for (let i = 0; i < 5; i += 1) {
      await createKey();
      expect(await cache.find(hash)).toMatchObject({ revokedAt: null });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await slow.query("COMMIT");
    slow.release();
    await outliveLeases();
    expect(await cache.find(hash)).toMatchObject({ revokedAt: expect.any(Number) });
  });

  test("many keys, while a transaction stays open, empties the cache once and not with each answer", async () => {
    const { hash } = await createKey();
    const other = await createUser();
    const slow = await pool().connect();
    await slow.query("BEGIN");
    await slow.query(`UPDATE "User" SET "tier" = 'pro' WHERE "id" = $1`, [other.id]);
    await pool().query(
      `INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
       SELECT gen_random_uuid(), $1, 'Many', 'production', 'gt_many', sha256(gen_random_uuid()::text::bytea)
       FROM generate_series(1, 1100) i`,
      [ada.id],
    );
    await cache.find(hash);
    asked.mockClear();
    const end = performance.now() + 600;
    while (performance.now() < end) {
      await cache.find(hash);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const naming = asked.mock.calls.map((call) => JSON.stringify(call)).filter((call) => call.includes(hash));
    expect(naming).toEqual([]);
    await slow.query("COMMIT");
    slow.release();
  });

  test("more keys than one answer can name empties the cache", async () => {
    const { hash } = await createKey();
    await cache.find(hash);
    await database().$executeRaw`
      INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
      SELECT gen_random_uuid(), ${ada.id}::uuid, 'Many', 'production', 'gt_many', sha256(i::text::bytea)
      FROM generate_series(1, 1500) i`;
    await vi.waitFor(() => expect(cache.size).toBe(0), { timeout: 1_000, interval: 5 });
    expect(await cache.find(hash)).toMatchObject({ name: "Production App" });
  });
});

describe("while the database hangs", () => {
  test("a look-up ends with the last request for it, and later requests don't wait behind it", async () => {
    const { hash } = await createKey();
    const hang = Promise.withResolvers<never>();
    let hangs = true;
    asked.mockImplementation(((statement: CacheStatement) => (hangs ? hang.promise : queryPool(statement))) as never);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const dead = Array.from({ length: 8_000 }, () => cache.find(secretId(generateSecret())));
    const rejected = Promise.allSettled(dead);
    await vi.advanceTimersByTimeAsync(2_500);
    expect((await rejected).every(({ status }) => status === "rejected")).toBe(true);
    vi.useRealTimers();
    expect(cache.pending).toBe(0);
    asked.mockClear();
    hangs = false;
    hang.reject(new Error("Query read timeout"));
    expect(await cache.find(hash)).toMatchObject({ name: "Production App" });
    const named = asked.mock.calls.flatMap((call) => JSON.stringify(call).match(/[0-9a-f]{64}/g) ?? []);
    expect(named).toEqual([hash]);
  });

  test("10,000 requests wait at most, and others are rejected at once", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    asked.mockReturnValue(new Promise(() => {}) as never);
    const flood = Array.from({ length: 30_000 }, () => cache.find(secretId(generateSecret())));
    const rejected = Promise.allSettled(flood);
    expect(cache.pending).toBeLessThanOrEqual(10_000);
    const error = await Promise.resolve(flood.at(-1)).catch((reason) => reason);
    expect(isUnavailable(error)).toBe(true);
    await vi.advanceTimersByTimeAsync(2_500);
    expect((await rejected).every(({ status }) => status === "rejected")).toBe(true);
  });
});

test("a flood of unknown keys is looked up by at most four statements at a time, and fills no memory", async () => {
  const { hash } = await createKey();
  let parallel = 0;
  let most = 0;
  asked.mockImplementation((async (statement: CacheStatement) => {
    parallel += 1;
    most = Math.max(most, parallel);
    return queryPool(statement).finally(() => {
      parallel -= 1;
    });
  }) as never);
  for (let round = 0; round < 6; round += 1)
    await Promise.all(Array.from({ length: 2_500 }, () => cache.find(secretId(generateSecret()))));
  expect(most).toBeLessThanOrEqual(4);
  expect(cache.size).toBeLessThanOrEqual(10_000);
  expect(await cache.find(hash)).toMatchObject({ name: "Production App" });
});

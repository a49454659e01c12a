import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createPerson, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { disableAccount, enableAccount, setTier } from "#lib/accounts/store.ts";
import { KeyCache } from "#lib/api-keys/key-cache.ts";
import { ASK, type CachedKey, LOOK_UP } from "#lib/api-keys/key-questions.ts";
import { LEASE_MS } from "#lib/api-keys/lease.ts";
import { revokeApiKeyAsOperator } from "#lib/api-keys/operator.ts";
import { generateSecret, secretId } from "#lib/api-keys/secret.ts";
import { createApiKey, deleteApiKey, renameApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { database, pool } from "#lib/database/client.ts";
import { isUnavailable } from "#lib/database/unavailable.ts";

const CALLER = { actor: "user", address: null, userAgent: null } as const;

type Gate = ReturnType<typeof Promise.withResolvers<void>>;

let close: () => Promise<void>;
let ada: { id: UserId };
let cache: KeyCache;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createPerson();
  cache = new KeyCache();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function createKey() {
  const input = { name: "Key", environment: "production", expiry: { type: "never" } } as const;
  const created = await createApiKey(ada.id, input, CALLER);
  if (!created.ok) throw new Error(created.error);
  return { id: created.value.key.id, hash: secretId(created.value.secret) };
}
/** The caches of the tests before still ask for a second. */
const othersIdle = () => new Promise((resolve) => setTimeout(resolve, 1_200));
const queries = () => vi.spyOn(pool(), "query");

test("a key is asked for once, and then known at once, with all that a request needs", async () => {
  const { id, hash } = await createKey();
  await cache.find(hash);
  const asked = queries();
  expect(cache.find(hash)).toEqual({
    id,
    userId: ada.id,
    name: "Key",
    environment: "production",
    prefix: expect.stringMatching(/^gt_.{4}$/),
    tier: "free",
    createdAt: expect.any(Number),
    expiresAt: null,
    revoked: false,
    deleted: false,
    ownerDisabled: false,
  } satisfies Record<keyof CachedKey, unknown>);
  expect(asked).not.toHaveBeenCalled();
});

test("all that is asked for in one turn is one question, also the same key, and one that doesn't exist", async () => {
  const keys = await Promise.all(Array.from({ length: 50 }, createKey));
  const asked = queries();
  const unknown = secretId(generateSecret());
  const all = await Promise.all([...keys, ...keys].map(({ hash }) => cache.find(hash)).concat(cache.find(unknown)));
  expect(all.map((key) => key?.id)).toEqual([...keys, ...keys].map(({ id }) => id).concat(undefined as never));
  // Other tests' caches still ask, too, but not for these.
  const questions = asked.mock.calls.map((question) => JSON.stringify(question));
  const naming = (hash: string) => questions.filter((question) => question.includes(hash));
  const [one] = naming(unknown);
  for (const hash of [unknown, ...keys.map(({ hash }) => hash)]) expect(naming(hash)).toEqual([one]);
  expect(cache.find(unknown)).toBeNull();
});

describe("a change of", () => {
  type Change = (key: { id: string; hash: string }) => Promise<unknown>;
  test.each<[string, Change, Partial<CachedKey>]>([
    ["a key's revocation", ({ id }) => revokeApiKey(ada.id, id, CALLER), { revoked: true }],
    ["its deletion", ({ id }) => deleteApiKey(ada.id, id, CALLER), { deleted: true }],
    [
      "its deletion, which the operator comes too late to revoke",
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
        await new Promise((resolve) => setTimeout(resolve, LEASE_MS));
      },
      { name: "Other" },
    ],
    [
      "its expiry, by whoever's hand",
      async ({ id }) => {
        await pool().query(`UPDATE "ApiKey" SET "expiresAt" = '2030-01-01T00:00:00.123Z' WHERE "id" = $1`, [id]);
        await new Promise((resolve) => setTimeout(resolve, LEASE_MS));
      },
      { expiresAt: Date.parse("2030-01-01T00:00:00.123Z") },
    ],
  ])("%s is known to every cache when it is confirmed, however busy they are", async (_, change, expected) => {
    const key = await createKey();
    const caches = Array.from({ length: 3 }, () => new KeyCache());
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
  });

  test("nothing to something: a key that was unknown a moment ago is known", async () => {
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

  test("a transaction that was still open at the last answer is not missed, however many came after it", async () => {
    const { id, hash } = await createKey();
    const slow = await pool().connect();
    await slow.query("BEGIN");
    await slow.query(`UPDATE "ApiKey" SET "revokedAt" = now() WHERE "id" = $1`, [id]);
    for (let i = 0; i < 5; i += 1) {
      await createKey();
      expect(await cache.find(hash)).toMatchObject({ revoked: false });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await slow.query("COMMIT");
    slow.release();
    await new Promise((resolve) => setTimeout(resolve, LEASE_MS));
    expect(await cache.find(hash)).toMatchObject({ revoked: true });
  });

  test("many keys, during a transaction that writes for hours, empties the cache once and not with each answer", async () => {
    const { hash } = await createKey();
    const other = await createPerson();
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
    const asked = queries();
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

  test("more keys than one answer names empties the cache", async () => {
    const { hash } = await createKey();
    await cache.find(hash);
    await database().$executeRaw`
      INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
      SELECT gen_random_uuid(), ${ada.id}::uuid, 'Many', 'production', 'gt_many', sha256(i::text::bytea)
      FROM generate_series(1, 1500) i`;
    await vi.waitFor(() => expect(cache.size).toBe(0), { timeout: 1_000, interval: 5 });
    expect(await cache.find(hash)).toMatchObject({ name: "Key" });
  });
});

describe("the lease", () => {
  test("is renewed while requests come: no request waits, and the database is asked a few times a second at most", async () => {
    await othersIdle();
    const { hash } = await createKey();
    await cache.find(hash);
    const asked = queries();
    const end = performance.now() + 1_000;
    let waited = 0;
    while (performance.now() < end) {
      if (cache.find(hash) instanceof Promise) waited += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(asked.mock.calls.length).toBeLessThanOrEqual(13);
    // A machine that stands still for a moment may make one wait.
    expect(waited).toBeLessThanOrEqual(50);
  });

  test("is not renewed when nobody asks", async () => {
    const { hash } = await createKey();
    await cache.find(hash);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const asked = queries();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(asked).not.toHaveBeenCalled();
    expect(cache.find(hash)).toBeInstanceOf(Promise);
  });

  test.each([
    ["a sleep that stopped the monotonic clock", LEASE_MS],
    ["a wall clock that was set back", -1],
  ])("ends with %s", async (_, jump) => {
    const { hash } = await createKey();
    await cache.find(hash);
    expect(cache.find(hash)).not.toBeInstanceOf(Promise);
    const now = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(now + (jump > 0 ? jump : -60_000));
    expect(cache.find(hash)).toBeInstanceOf(Promise);
  });

  test("that a wall clock ended doesn't live again when the clock comes back: what was under way is not kept", async () => {
    await othersIdle();
    const [{ id, hash }, other] = [await createKey(), await createKey()];
    // All of it happens within the first lease, however slow the machine is.
    vi.spyOn(performance, "now").mockReturnValue(performance.now());
    const wall = Date.now();
    const clock = vi.spyOn(Date, "now").mockReturnValue(wall);
    await cache.find(other.hash);
    const query = pool().query.bind(pool());
    const [read, revoked, told] = [0, 0, 0].map(() => Promise.withResolvers<void>()) as [Gate, Gate, Gate];
    queries().mockImplementation((async (statement: { name?: string }) => {
      if (statement.name === "ask-for-keys") await revoked.promise;
      const answer = await query(statement as never);
      if (statement.name === "look-up-keys") {
        read.resolve();
        await revoked.promise;
      }
      if (statement.name === "ask-for-keys") await told.promise;
      return answer;
    }) as never);
    const found = cache.find(hash);
    await read.promise;
    clock.mockReturnValue(wall - 5);
    const renewed = cache.find(other.hash);
    await new Promise((resolve) => setImmediate(resolve));
    clock.mockReturnValue(wall);
    await database().apiKey.update({ where: { id }, data: { revokedAt: new Date() }, select: { id: true } });
    revoked.resolve();
    expect(await found).toMatchObject({ revoked: false });
    told.resolve();
    await renewed;
    expect(await cache.find(hash)).toMatchObject({ revoked: true });
  });

  /** A database that is so far away. */
  function delayAnswers(ms: number) {
    const query = pool().query.bind(pool());
    return queries().mockImplementation((async (statement: never) => {
      await new Promise((resolve) => setTimeout(resolve, ms / 2));
      const answer = await query(statement);
      await new Promise((resolve) => setTimeout(resolve, ms / 2));
      return answer;
    }) as never);
  }

  test("is renewed in time by a database that takes 90 ms to answer", async () => {
    await othersIdle();
    const { hash } = await createKey();
    delayAnswers(90);
    await cache.find(hash);
    const end = performance.now() + 1_500;
    let [waited, asked] = [0, 0];
    while (performance.now() < end) {
      asked += 1;
      if (cache.find(hash) instanceof Promise) waited += 1;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    // A machine that stands still for a moment may make some wait.
    expect(waited).toBeLessThan(asked / 50);
  });

  test("that ran out before a slow answer came serves those who waited for it, without asking for their keys", async () => {
    await othersIdle();
    const { hash } = await createKey();
    const asked = delayAnswers(180);
    await cache.find(hash);
    const end = performance.now() + 1_500;
    let waited = 0;
    while (performance.now() < end) {
      const found = cache.find(hash);
      if (found instanceof Promise) waited += 1;
      expect(await found).toMatchObject({ name: "Key" });
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(waited).toBeGreaterThan(0);
    const naming = asked.mock.calls.map((call) => JSON.stringify(call)).filter((call) => call.includes(hash));
    expect(naming.length).toBe(1);
  });

  test("ends where the database does not answer: then nothing is known, and nothing is believed", async () => {
    const { hash } = await createKey();
    await cache.find(hash);
    vi.spyOn(pool(), "query").mockRejectedValue(new Error("connection terminated") as never);
    await vi.waitFor(
      () => {
        const found = cache.find(hash);
        if (found instanceof Promise) found.catch(() => {});
        expect(found).toBeInstanceOf(Promise);
      },
      { timeout: 1_000, interval: 5 },
    );
    await expect(cache.find(hash)).rejects.toThrow("connection terminated");
    vi.restoreAllMocks();
    expect(await cache.find(hash)).toMatchObject({ name: "Key" });
  });
});

test("what was looked up before an answer and comes after it is told, but not kept, because it may be older", async () => {
  const [{ id, hash }, other] = [await createKey(), await createKey()];
  await othersIdle();
  await cache.find(other.hash);
  const query = pool().query.bind(pool());
  const read = Promise.withResolvers<void>();
  const overtaken = Promise.withResolvers<void>();
  let changed = false;
  queries().mockImplementation((async (statement: { name?: string }) => {
    const afterwards = changed;
    const answer = await query(statement as never);
    if (statement.name === "ask-for-keys" && afterwards) setImmediate(overtaken.resolve);
    if (statement.name === "look-up-keys") {
      read.resolve();
      await overtaken.promise;
    }
    return answer;
  }) as never);
  const found = cache.find(hash);
  await read.promise;
  await database().apiKey.update({ where: { id }, data: { revokedAt: new Date() }, select: { id: true } });
  changed = true;
  expect(await found).toMatchObject({ revoked: false });
  vi.restoreAllMocks();
  expect(await cache.find(hash)).toMatchObject({ revoked: true });
});

describe("while the database hangs", () => {
  test("a key is forgotten with the last request for it, and those that come later don't wait behind it", async () => {
    await othersIdle();
    const { hash } = await createKey();
    const query = pool().query.bind(pool());
    const hang = Promise.withResolvers<never>();
    let hangs = true;
    const asked = queries().mockImplementation(((statement: never) =>
      hangs ? hang.promise : query(statement)) as never);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const dead = Array.from({ length: 8_000 }, () => cache.find(secretId(generateSecret())));
    const refused = Promise.allSettled(dead);
    await vi.advanceTimersByTimeAsync(2_500);
    expect((await refused).every(({ status }) => status === "rejected")).toBe(true);
    vi.useRealTimers();
    expect(cache.waiting).toBe(0);
    asked.mockClear();
    hangs = false;
    hang.reject(new Error("Query read timeout"));
    expect(await cache.find(hash)).toMatchObject({ name: "Key" });
    const named = asked.mock.calls.flatMap((call) => JSON.stringify(call).match(/[0-9a-f]{64}/g) ?? []);
    expect(named).toEqual([hash]);
  });

  test("a flood has some thousands wait, and refuses the others at once", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    queries().mockReturnValue(new Promise(() => {}) as never);
    const flood = Array.from({ length: 30_000 }, () => cache.find(secretId(generateSecret())));
    const refused = Promise.allSettled(flood);
    expect(cache.waiting).toBeLessThanOrEqual(10_000);
    const error = await Promise.resolve(flood.at(-1)).catch((refusal) => refusal);
    expect(isUnavailable(error)).toBe(true);
    await vi.advanceTimersByTimeAsync(2_500);
    expect((await refused).every(({ status }) => status === "rejected")).toBe(true);
  });
});

test("a flood of keys that don't exist is asked for by a few statements at a time, and fills no memory", async () => {
  await othersIdle();
  const { hash } = await createKey();
  const query = pool().query.bind(pool());
  let parallel = 0;
  let most = 0;
  queries().mockImplementation((async (statement: never) => {
    parallel += 1;
    most = Math.max(most, parallel);
    return (query(statement) as unknown as Promise<unknown>).finally(() => {
      parallel -= 1;
    });
  }) as never);
  for (let round = 0; round < 6; round += 1)
    await Promise.all(Array.from({ length: 2_500 }, () => cache.find(secretId(generateSecret()))));
  expect(most).toBeLessThanOrEqual(4);
  expect(cache.size).toBeLessThanOrEqual(10_000);
  expect(await cache.find(hash)).toMatchObject({ name: "Key" });
});

test("a table of many keys is read by its index, whatever plan PostgreSQL keeps", async () => {
  const { hash } = await createKey();
  for (let i = 0; i < 10; i += 1)
    await database().$executeRaw`
      INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
      SELECT gen_random_uuid(), ${ada.id}::uuid, 'Many', 'production', 'gt_many', sha256(gen_random_uuid()::text::bytea)
      FROM generate_series(1, 3000)`;
  await pool().query('ANALYZE "ApiKey"');
  const asked = queries();
  await cache.find(hash);
  const [statement] = asked.mock.calls[0] as unknown as [{ text: string; values: unknown[] }];
  const client = await pool().connect();
  await client.query("SET plan_cache_mode = force_generic_plan");
  await client.query(`PREPARE ask (bigint, text[], bigint[]) AS ${statement.text}`);
  const { rows } = await client.query<{ "QUERY PLAN": string }>(`EXPLAIN EXECUTE ask(1, ARRAY['00'], ARRAY[1, 2])`);
  client.release(true);
  expect(rows.map((row) => row["QUERY PLAN"]).join("\n")).not.toContain('Seq Scan on "ApiKey"');
});

test.for([
  ["ASK", ASK, ["9000000", ["00", "01"], ["1"]]],
  ["LOOK_UP", LOOK_UP, [["00", "01"]]],
] as const)("%s is planned once, and not for each question", async ([name, text, values]) => {
  // In a table with next to nothing in it all plans are as good.
  await pool().query(
    `INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
     SELECT gen_random_uuid(), $1, 'Key', 'production', 'gt_abcd', sha256(gen_random_uuid()::text::bytea)
     FROM generate_series(1, 5000)`,
    [ada.id],
  );
  await pool().query("ANALYZE");
  const client = await pool().connect();
  try {
    for (let i = 0; i < 10; i += 1) await client.query({ name, text, values: [...values] });
    const { rows } = await client.query("SELECT generic_plans::int FROM pg_prepared_statements WHERE name = $1", [
      name,
    ]);
    // PostgreSQL makes five plans before it compares them with the prepared one.
    expect(rows).toEqual([{ generic_plans: 5 }]);
  } finally {
    client.release(true);
  }
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { endReplacedKeys } from "#lib/api-keys/end-replaced-keys.ts";
import { findListedApiKey } from "#lib/api-keys/list.ts";
import { EXTENSIONS, type Extension } from "#lib/api-keys/model/extended-end.ts";
import type { Overlap } from "#lib/api-keys/model/overlap-end.ts";
import type { CreateApiKeyInput } from "#lib/api-keys/model/schema.ts";
import { extendOverlap, rotateApiKey } from "#lib/api-keys/rotation.ts";
import { successorDuration } from "#lib/api-keys/rotation-chain.ts";
import { hashSecret } from "#lib/api-keys/secret.ts";
import { createApiKey, deleteApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { verifySecret } from "#lib/api-keys/verify.ts";
import { env } from "#lib/config/env.ts";
import { database, pool } from "#lib/database/client.ts";
import { flushLagSeconds, flushUsage } from "#lib/usage/recorder.ts";

const CALLER = { actor: "user", address: "192.0.2.1", userAgent: "test" } as const;
const HOUR_MS = 3_600_000;

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

async function create(expiry: CreateApiKeyInput["expiry"] = { type: "never" }) {
  const created = await createApiKey(ada.id, { name: "Main", environment: "staging", expiry }, CALLER);
  if (!created.ok) throw new Error(created.error);
  return created.value;
}
async function rotate(id: string, overlap: Overlap = "24h") {
  const rotated = await rotateApiKey(ada.id, id, overlap, CALLER);
  if (!rotated.ok) throw new Error(rotated.error);
  return rotated.value;
}
const row = (id: string) =>
  database().apiKey.findUniqueOrThrow({
    where: { id },
    select: { expiresAt: true, revokedAt: true, endsOnUse: true, replacesId: true, hash: true },
  });
const hoursFromNow = (at: Date | null) => ((at?.getTime() ?? 0) - Date.now()) / HOUR_MS;

test("the successor has the same name, environment and duration, and a secret of its own; both keys work", async () => {
  const old = await create({ type: "preset", preset: "90d" });
  const { key, secret } = await rotate(old.key.id);
  expect(key).toMatchObject({ name: "Main", environment: "staging" });
  expect(successorDuration(key)).toBe(90 * 24 * HOUR_MS);
  expect((await row(key.id)).replacesId).toBe(old.key.id);
  expect(Buffer.from((await row(key.id)).hash)).toEqual(Buffer.from(hashSecret(secret)));
  for (const each of [old.secret, secret]) expect(await verifySecret(each)).toMatchObject({ ok: true });
});

describe("the old key ends", () => {
  test.each([
    ["1h", 1],
    ["24h", 24],
    ["7d", 168],
    ["on_use", 720],
  ] as const)("%s: in %i hours", async (overlap, hours) => {
    const { key } = await create();
    await rotate(key.id, overlap);
    const { expiresAt, endsOnUse, revokedAt } = await row(key.id);
    expect(hoursFromNow(expiresAt)).toBeCloseTo(hours, 1);
    expect([endsOnUse, revokedAt]).toEqual([overlap === "on_use", null]);
  });

  test("immediately: every instance rejects it when the rotation is confirmed", async () => {
    const old = await create();
    expect(await verifySecret(old.secret)).toMatchObject({ ok: true });
    const { secret } = await rotate(old.key.id, "now");
    expect(await verifySecret(old.secret)).toMatchObject({ ok: false, cause: "revoked" });
    expect(await verifySecret(secret)).toMatchObject({ ok: true });
  });

  test("never later than it would have without a rotation", async () => {
    const { key } = await create({ type: "custom", at: new Date(Date.now() + HOUR_MS) });
    await rotate(key.id, "7d");
    expect((await row(key.id)).expiresAt).toEqual(key.expiresAt);
  });

  describe("when the new key is used", () => {
    const call = async (path: string, key: string) => {
      const { status } = await api.call(path, {}, key);
      await flushUsage();
      return status;
    };

    test.each([
      ["invalid", 400, "/auth?cost=nothing", 0],
      ["unpaid", 403, "/auth?cost=1000", 0],
      ["over the limit", 429, "/key", 20],
    ])("not after a request that was %s", async (_, status, path, before) => {
      const old = await create();
      const successor = await rotate(old.key.id, "on_use");
      for (let i = 0; i < before; i += 1) await api.call("/key", {}, old.secret);
      expect(await call(path, successor.secret)).toBe(status);
      expect(await endReplacedKeys()).toBe(0);
      expect((await row(old.key.id)).endsOnUse).toBe(true);
    });

    test("a day after its first success, once, and recorded", async () => {
      const old = await create();
      const successor = await rotate(old.key.id, "on_use");
      const usedAt = Date.now();
      expect(await call("/key", successor.secret)).toBe(200);
      expect(await endReplacedKeys()).toBe(1);
      const { expiresAt, endsOnUse } = await row(old.key.id);
      expect(endsOnUse).toBe(false);
      expect(hoursFromNow(expiresAt)).toBeCloseTo(24, 1);
      expect(expiresAt?.getTime()).toBeGreaterThanOrEqual(usedAt + 24 * HOUR_MS);
      expect(await endReplacedKeys()).toBe(0);
      const record = await database().activity.findFirstOrThrow({
        where: { apiKeyId: old.key.id, action: "api_key.overlap_ends" },
      });
      expect(record.actor).toBe("system");
    });

    test("also on an installation with much usage, each in its turn if many rotated keys wait", async () => {
      const old = await create();
      const successor = await rotate(old.key.id, "on_use");
      expect(await call("/key", successor.secret)).toBe(200);
      await pool().query(
        `WITH "old" AS (
           INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash", "expiresAt", "endsOnUse")
           SELECT gen_random_uuid(), $1, 'Waits', 'staging', 'gt_wait', sha256(gen_random_uuid()::text::bytea), now() + interval '30 days', true
           FROM generate_series(1, 1200) RETURNING "id"
         )
         INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash", "replacesId")
         SELECT gen_random_uuid(), $1, 'Successor', 'staging', 'gt_succ', sha256(gen_random_uuid()::text::bytea), "id" FROM "old"`,
        [ada.id],
      );
      for (let i = 0; i < 10; i += 1)
        await pool().query(
          `INSERT INTO "UsageHour" ("apiKeyId", "hour", "outcome", "requests")
           SELECT md5((n / 500)::text)::uuid, date_trunc('hour', now()) - (n % 500) * interval '1 hour', 'ok', 1
           FROM generate_series($1::int, $1::int + 19999) n`,
          [i * 20_000],
        );
      await pool().query("ANALYZE");
      // A statement has 2.5 seconds, and looks at 500 keys.
      expect((await endReplacedKeys()) + (await endReplacedKeys()) + (await endReplacedKeys())).toBe(1);
    });

    test("not after it has ended, so that it isn't looked at forever", async () => {
      const old = await create();
      const successor = await rotate(old.key.id, "on_use");
      await pool().query(`UPDATE "ApiKey" SET "expiresAt" = now() - interval '1 s' WHERE "endsOnUse"`);
      const ended = await row(old.key.id);
      expect(await call("/key", successor.secret)).toBe(200);
      const { rows: walked } = await pool().query(`SELECT count(*)::int AS "keys" FROM "ApiKey" WHERE "endsOnUse"`);
      for (let looked = 0; looked <= walked[0].keys; looked += 500) expect(await endReplacedKeys()).toBe(0);
      expect(await row(old.key.id)).toEqual({ ...ended, endsOnUse: false });
      expect(await database().apiKey.count({ where: { endsOnUse: true } })).toBe(0);
    });

    test("a day after the hour of a success that is counted late, also one of a later successor", async () => {
      const old = await create();
      const second = await rotate(old.key.id, "on_use");
      const third = await rotate(second.key.id, "now");
      expect(await call("/key", third.secret)).toBe(200);
      const hour = new Date(Math.floor(Date.now() / HOUR_MS - 5) * HOUR_MS);
      await database().usageHour.updateMany({ where: { apiKeyId: third.key.id }, data: { hour } });
      expect(await endReplacedKeys()).toBe(1);
      expect((await row(old.key.id)).expiresAt).toEqual(new Date(hour.getTime() + 25 * HOUR_MS));
    });
  });
});

test("of 10 parallel rotations one succeeds, the others get an error, and there is one successor", async () => {
  const { key } = await create();
  const results = await Promise.all(
    Array.from({ length: 10 }, (_, i) => rotateApiKey(ada.id, key.id, i % 2 ? "now" : "1h", CALLER)),
  );
  expect(results.filter(({ ok }) => ok).length).toBe(1);
  for (const result of results) if (!result.ok) expect(["already_rotated", "not_active"]).toContain(result.error);
  expect(await database().apiKey.count({ where: { userId: ada.id } })).toBe(2);
});

describe("a key whose successor has ended", () => {
  const listed = async (id: string) => {
    const key = await findListedApiKey(ada.id, id);
    return [key?.successorId, key?.successorExpiresAt];
  };
  const ways: [string, (id: string) => Promise<unknown>][] = [
    ["revoked", (id) => revokeApiKey(ada.id, id, CALLER)],
    ["deleted", (id) => deleteApiKey(ada.id, id, CALLER)],
    ["expired", (id) => database().apiKey.update({ where: { id }, data: { expiresAt: new Date() } })],
  ];

  test.each(ways)("(%s) can be rotated again, and has the new successor", async (_, end) => {
    const { key } = await create();
    const ended = await rotate(key.id, "7d");
    expect(await listed(key.id)).toEqual([ended.key.id, null]);
    await end(ended.key.id);
    expect(await listed(key.id)).toEqual([null, null]);
    expect(await extendOverlap(ada.id, key.id, "1h", CALLER)).toEqual({ ok: false, error: "not_replaced" });
    const again = await rotate(key.id, "1h");
    expect(await listed(key.id)).toEqual([again.key.id, again.key.expiresAt]);
    expect((await row(ended.key.id)).replacesId).toBeNull();
    expect(await rotateApiKey(ada.id, key.id, "1h", CALLER)).toEqual({ ok: false, error: "already_rotated" });
  });

  test.each([
    ["never", { type: "never" }],
    ["after 90 days", { type: "preset", preset: "90d" }],
  ] as const)(
    "that ended %s gives that duration to the next one, and not the short one of the overlap",
    async (_, expiry) => {
      const { key } = await create(expiry);
      const ended = await rotate(key.id, "1h");
      await revokeApiKey(ada.id, ended.key.id, CALLER);
      const listed = await findListedApiKey(ada.id, key.id);
      expect(listed).toMatchObject({ latestEnd: ended.key.expiresAt, durationMs: successorDuration(key) });
      const again = await rotate(key.id, "7d");
      expect(successorDuration(again.key)).toEqual(successorDuration(key));
      expect(hoursFromNow((await row(key.id)).expiresAt)).toBeCloseTo(168, 1);
    },
  );

  test("lets one of 10 parallel rotations succeed again", async () => {
    const { key } = await create();
    await revokeApiKey(ada.id, (await rotate(key.id)).key.id, CALLER);
    const results = await Promise.all(Array.from({ length: 10 }, () => rotateApiKey(ada.id, key.id, "1h", CALLER)));
    expect(results.filter(({ ok }) => ok).length).toBe(1);
    expect(await database().apiKey.count({ where: { userId: ada.id, revokedAt: null } })).toBe(2);
  });

  test("but was rotated itself has the last active key of the chain as its successor", async () => {
    const { key } = await create({ type: "preset", preset: "90d" });
    const second = await rotate(key.id, "7d");
    const third = await rotate(second.key.id, "now");
    expect(await listed(key.id)).toEqual([third.key.id, third.key.expiresAt]);
    expect(await rotateApiKey(ada.id, key.id, "1h", CALLER)).toEqual({ ok: false, error: "already_rotated" });
    await revokeApiKey(ada.id, third.key.id, CALLER);
    expect(await listed(key.id)).toEqual([null, null]);
    // An ended key still has its direct successor.
    expect(await listed(second.key.id)).toEqual([third.key.id, third.key.expiresAt]);
    expect(successorDuration((await rotate(key.id, "1h")).key)).toBe(90 * 24 * HOUR_MS);
  });
});

const LOCK_WAITS = `SELECT 1 FROM pg_stat_activity WHERE "datname" = current_database() AND "wait_event_type" = 'Lock'`;

const waiting = (statements: number) =>
  expect.poll(async () => (await pool().query(LOCK_WAITS)).rowCount).toBe(statements);

async function holdKey(id: string) {
  const holder = await pool().connect();
  await holder.query("BEGIN");
  await holder.query(`SELECT 1 FROM "ApiKey" WHERE "id" = $1 FOR UPDATE`, [id]);
  return {
    release: async () => {
      await holder.query("COMMIT");
      holder.release();
    },
  };
}

test("a revocation and a rotation of one key wait for each other without a deadlock", async () => {
  const { key } = await create();
  const holder = await holdKey(key.id);
  const revoked = revokeApiKey(ada.id, key.id, CALLER);
  await waiting(1);
  const rotated = rotateApiKey(ada.id, key.id, "24h", CALLER);
  await waiting(2);
  await holder.release();
  expect(await revoked).toMatchObject({ ok: true });
  expect(await rotated).toEqual({ ok: false, error: "not_active" });
});

test("an unknown, expired, revoked, deleted or another user's key can't be rotated", async () => {
  const bob = await createUser("Bob");
  const { key } = await create();
  const attempt = (userId: UserId, id: string) => rotateApiKey(userId, id, "1h", CALLER);
  expect(await attempt(bob.id, key.id)).toEqual({ ok: false, error: "not_found" });
  expect(await attempt(ada.id, "00000000-0000-7000-8000-000000000000")).toEqual({ ok: false, error: "not_found" });
  await revokeApiKey(ada.id, key.id, CALLER);
  expect(await attempt(ada.id, key.id)).toEqual({ ok: false, error: "not_active" });
  await deleteApiKey(ada.id, key.id, CALLER);
  expect(await attempt(ada.id, key.id)).toEqual({ ok: false, error: "not_found" });
  const expired = await create();
  await database().apiKey.update({ where: { id: expired.key.id }, data: { expiresAt: new Date() } });
  expect(await attempt(ada.id, expired.key.id)).toEqual({ ok: false, error: "not_active" });
});

test("both keys count while both work; at the limit only an immediate rotation is possible", async () => {
  const before = env().MAX_ACTIVE_KEYS;
  env().MAX_ACTIVE_KEYS = 1;
  try {
    const { key } = await create();
    expect(await rotateApiKey(ada.id, key.id, "1h", CALLER)).toEqual({ ok: false, error: "too_many_keys" });
    expect((await row(key.id)).expiresAt).toBeNull();
    expect(await rotateApiKey(ada.id, key.id, "now", CALLER)).toMatchObject({ ok: true });
  } finally {
    env().MAX_ACTIVE_KEYS = before;
  }
});

describe("extending", () => {
  const extend = (id: string, by: Extension) => extendOverlap(ada.id, id, by, CALLER);

  test.each(["1h", "24h", "7d"] as const)("by %s never brings the end nearer", async (by) => {
    const { key } = await create();
    await rotate(key.id, "7d");
    const before = (await row(key.id)).expiresAt?.getTime() ?? 0;
    expect(await extend(key.id, by)).toEqual({ ok: true });
    expect((await row(key.id)).expiresAt).toEqual(new Date(before + EXTENSIONS[by] * HOUR_MS));
  });

  test("stops at the successor's own end, and is an error when both end together", async () => {
    const { key } = await create({ type: "custom", at: new Date(Date.now() + 48 * HOUR_MS) });
    const successor = await rotate(key.id, "24h");
    expect(await extend(key.id, "7d")).toEqual({ ok: true });
    expect((await row(key.id)).expiresAt).toEqual(successor.key.expiresAt);
    expect(await extend(key.id, "1h")).toEqual({ ok: false, error: "ends_with_successor" });
    expect((await row(key.id)).expiresAt).toEqual(successor.key.expiresAt);
  });

  test("moves the latest end of a key that ends on use, which it still does", async () => {
    const { key } = await create();
    await rotate(key.id, "on_use");
    expect(await extend(key.id, "7d")).toEqual({ ok: true });
    const { expiresAt, endsOnUse } = await row(key.id);
    expect(hoursFromNow(expiresAt)).toBeCloseTo(37 * 24, 1);
    expect(endsOnUse).toBe(true);
  });

  test("is for the user's own keys that were rotated and have not ended", async () => {
    const { key } = await create();
    expect(await extend(key.id, "1h")).toEqual({ ok: false, error: "not_replaced" });
    await rotate(key.id, "1h");
    const bob = await createUser("Bob");
    expect(await extendOverlap(bob.id, key.id, "24h", CALLER)).toEqual({ ok: false, error: "not_found" });
    await revokeApiKey(ada.id, key.id, CALLER);
    expect(await extend(key.id, "24h")).toEqual({ ok: false, error: "not_active" });
  });
});

describe("a caller of the old key", () => {
  const stillCalling = async (id: string) =>
    (await findListedApiKey(ada.id, id))?.stillCalling.map(({ addressPrefix, requests }) => [addressPrefix, requests]);
  const use = async (key: string, address: string, times: number) => {
    for (let i = 0; i < times; i += 1) await api.call("/key", { headers: { "x-forwarded-for": address } }, key);
    await flushUsage();
  };

  test("is counted since the rotation, and since the last one where there were two", async () => {
    const { key, secret } = await create();
    await use(secret, "203.0.113.7", 3);
    await use(secret, "198.51.100.7", 1);
    const first = await rotate(key.id);
    expect(await stillCalling(key.id)).toEqual([]);
    await use(secret, "203.0.113.8", 2);
    expect(await stillCalling(key.id)).toEqual([["203.0.113.0/24", 2]]);
    await revokeApiKey(ada.id, first.key.id, CALLER);
    await rotate(key.id);
    await use(secret, "203.0.113.7", 1);
    expect(await stillCalling(key.id)).toEqual([["203.0.113.0/24", 1]]);
  });

  test("is noted while the recorder writes, without a deadlock", async () => {
    const { key, secret } = await create();
    await use(secret, "203.0.113.7", 1);
    await api.call("/key", { headers: { "x-forwarded-for": "203.0.113.7" } }, secret);
    const holder = await holdKey(key.id);
    const rotated = rotateApiKey(ada.id, key.id, "24h", CALLER);
    await waiting(1);
    const flushed = flushUsage();
    await waiting(2);
    await holder.release();
    expect(await rotated).toMatchObject({ ok: true });
    await flushed;
    expect(flushLagSeconds()).toBe(0);
  });
});

test("a rotation is recorded for the old key, and a creation for the new one", async () => {
  const { key } = await create();
  const successor = await rotate(key.id, "7d");
  const record = await database().activity.findFirstOrThrow({ where: { apiKeyId: key.id, action: "api_key.rotated" } });
  expect(record).toMatchObject({
    actor: "user",
    address: "192.0.2.1",
    details: { name: "Main", successor: successor.key.id, overlap: "7d" },
  });
  expect(await database().activity.findMany({ where: { apiKeyId: successor.key.id } })).toMatchObject([
    {
      action: "api_key.created",
      actor: "user",
      address: "192.0.2.1",
      details: { name: "Main", environment: "staging", expiresAt: null, replaces: key.id },
    },
  ]);
});

test("a rotation and its records stand or fall together", async () => {
  const { key } = await create();
  const kept = () => Promise.all([row(key.id), database().activity.count({ where: { userId: ada.id } })]);
  const before = await kept();
  await pool().query(`ALTER TABLE "Activity" ADD CONSTRAINT "refuse" CHECK ("details"->>'replaces' IS NULL) NOT VALID`);
  try {
    await expect(rotate(key.id)).rejects.toThrow();
  } finally {
    await pool().query(`ALTER TABLE "Activity" DROP CONSTRAINT "refuse"`);
  }
  expect(await kept()).toEqual(before);
  expect(await database().apiKey.count({ where: { userId: ada.id } })).toBe(1);
});

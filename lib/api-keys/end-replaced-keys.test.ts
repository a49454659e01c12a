import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HOUR_MS, hoursFromNow, readKeyRow, rotateKey } from "#e2e/support/rotated-keys.ts";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { endReplacedKeys } from "#lib/api-keys/end-replaced-keys.ts";
import { database, pool } from "#lib/database/client.ts";
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

describe("the old key ends when the new key is used,", () => {
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
    const old = await createKey(ada.id);
    const successor = await rotateKey(ada.id, old.key.id, "on_use");
    for (let i = 0; i < before; i += 1) await api.call("/key", {}, old.secret);
    expect(await call(path, successor.secret)).toBe(status);
    expect(await endReplacedKeys()).toBe(0);
    expect((await readKeyRow(old.key.id)).endsOnUse).toBe(true);
  });

  test("a day after its first success, once, and recorded", async () => {
    const old = await createKey(ada.id);
    const successor = await rotateKey(ada.id, old.key.id, "on_use");
    const usedAt = Date.now();
    expect(await call("/key", successor.secret)).toBe(200);
    expect(await endReplacedKeys()).toBe(1);
    const { expiresAt, endsOnUse } = await readKeyRow(old.key.id);
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
    const old = await createKey(ada.id);
    const successor = await rotateKey(ada.id, old.key.id, "on_use");
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
    const old = await createKey(ada.id);
    const successor = await rotateKey(ada.id, old.key.id, "on_use");
    await pool().query(`UPDATE "ApiKey" SET "expiresAt" = now() - interval '1 s' WHERE "endsOnUse"`);
    const ended = await readKeyRow(old.key.id);
    expect(await call("/key", successor.secret)).toBe(200);
    const { rows: walked } = await pool().query(`SELECT count(*)::int AS "keys" FROM "ApiKey" WHERE "endsOnUse"`);
    for (let looked = 0; looked <= walked[0].keys; looked += 500) expect(await endReplacedKeys()).toBe(0);
    expect(await readKeyRow(old.key.id)).toEqual({ ...ended, endsOnUse: false });
    expect(await database().apiKey.count({ where: { endsOnUse: true } })).toBe(0);
  });

  test("a day after the hour of a success that is counted late, also one of a later successor", async () => {
    const old = await createKey(ada.id);
    const second = await rotateKey(ada.id, old.key.id, "on_use");
    const third = await rotateKey(ada.id, second.key.id, "now");
    expect(await call("/key", third.secret)).toBe(200);
    const hour = new Date(Math.floor(Date.now() / HOUR_MS - 5) * HOUR_MS);
    await database().usageHour.updateMany({ where: { apiKeyId: third.key.id }, data: { hour } });
    expect(await endReplacedKeys()).toBe(1);
    expect((await readKeyRow(old.key.id)).expiresAt).toEqual(new Date(hour.getTime() + 25 * HOUR_MS));
  });
});

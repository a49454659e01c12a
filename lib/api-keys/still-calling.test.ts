import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { expectLockWaits, holdKey } from "#e2e/support/lock-waits.ts";
import { CALLER, rotateKey } from "#e2e/support/rotated-keys.ts";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { findListedApiKey } from "#lib/api-keys/list.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { flushLagSeconds, flushUsage } from "#lib/usage/recorder.ts";

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

describe("a caller of the old key", () => {
  const stillCalling = async (id: string) =>
    (await findListedApiKey(ada.id, id))?.stillCalling.map(({ addressPrefix, requests }) => [addressPrefix, requests]);
  const use = async (key: string, address: string, times: number) => {
    for (let i = 0; i < times; i += 1) await api.call("/key", { headers: { "x-forwarded-for": address } }, key);
    await flushUsage();
  };

  test("is counted since the rotation, and since the last one where there were two", async () => {
    const { key, secret } = await createKey(ada.id);
    await use(secret, "203.0.113.7", 3);
    await use(secret, "198.51.100.7", 1);
    const first = await rotateKey(ada.id, key.id);
    expect(await stillCalling(key.id)).toEqual([]);
    await use(secret, "203.0.113.8", 2);
    expect(await stillCalling(key.id)).toEqual([["203.0.113.0/24", 2]]);
    await revokeApiKey(ada.id, first.key.id, CALLER);
    await rotateKey(ada.id, key.id);
    await use(secret, "203.0.113.7", 1);
    expect(await stillCalling(key.id)).toEqual([["203.0.113.0/24", 1]]);
  });

  test("is noted while the recorder writes, without a deadlock", async () => {
    const { key, secret } = await createKey(ada.id);
    await use(secret, "203.0.113.7", 1);
    await api.call("/key", { headers: { "x-forwarded-for": "203.0.113.7" } }, secret);
    const holder = await holdKey(key.id);
    const rotated = rotateApiKey(ada.id, key.id, "24h", CALLER);
    await expectLockWaits(1);
    const flushed = flushUsage();
    await expectLockWaits(2);
    await holder.release();
    expect(await rotated).toMatchObject({ ok: true });
    await flushed;
    expect(flushLagSeconds()).toBe(0);
  });
});

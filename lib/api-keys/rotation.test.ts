import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CALLER, HOUR_MS, hoursFromNow, readKeyRow, rotateKey } from "#e2e/support/rotated-keys.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { successorDuration } from "#lib/api-keys/rotation-chain.ts";
import { hashSecret } from "#lib/api-keys/secret.ts";
import { deleteApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { verifySecret } from "#lib/api-keys/verify.ts";
import { env } from "#lib/config/env.ts";
import { database, pool } from "#lib/database/client.ts";

let close: () => Promise<void>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createUser();
});

test("the successor has the same name, environment and duration, and a secret of its own; both keys work", async () => {
  const old = await createKey(ada.id, { type: "preset", preset: "90d" });
  const { key, secret } = await rotateKey(ada.id, old.key.id);
  expect(key).toMatchObject({ name: "Production App", environment: "production" });
  expect(successorDuration(key)).toBe(90 * 24 * HOUR_MS);
  expect((await readKeyRow(key.id)).replacesId).toBe(old.key.id);
  expect(Buffer.from((await readKeyRow(key.id)).hash)).toEqual(Buffer.from(hashSecret(secret)));
  for (const each of [old.secret, secret]) expect(await verifySecret(each)).toMatchObject({ ok: true });
});

describe("the old key ends", () => {
  test.each([
    ["1h", 1],
    ["24h", 24],
    ["7d", 168],
    ["on_use", 720],
  ] as const)("%s: in %i hours", async (overlap, hours) => {
    const { key } = await createKey(ada.id);
    await rotateKey(ada.id, key.id, overlap);
    const { expiresAt, endsOnUse, revokedAt } = await readKeyRow(key.id);
    expect(hoursFromNow(expiresAt)).toBeCloseTo(hours, 1);
    expect([endsOnUse, revokedAt]).toEqual([overlap === "on_use", null]);
  });

  test("immediately: every instance rejects it when the rotation is confirmed", async () => {
    const old = await createKey(ada.id);
    expect(await verifySecret(old.secret)).toMatchObject({ ok: true });
    const { secret } = await rotateKey(ada.id, old.key.id, "now");
    expect(await verifySecret(old.secret)).toMatchObject({ ok: false, cause: "revoked" });
    expect(await verifySecret(secret)).toMatchObject({ ok: true });
  });

  test("never later than it would have without a rotation", async () => {
    const { key } = await createKey(ada.id, { type: "custom", at: new Date(Date.now() + HOUR_MS) });
    await rotateKey(ada.id, key.id, "7d");
    expect((await readKeyRow(key.id)).expiresAt).toEqual(key.expiresAt);
  });
});

test("the successor has the chosen expiry, and the old key doesn't outlive it", async () => {
  const { key } = await createKey(ada.id);
  const soon = new Date(Date.now() + HOUR_MS);
  const rotated = await rotateApiKey(ada.id, key.id, "7d", CALLER, { type: "custom", at: soon });
  expect(rotated).toMatchObject({ ok: true, value: { key: { expiresAt: soon } } });
  expect((await readKeyRow(key.id)).expiresAt).toEqual(soon);
  const other = await createKey(ada.id, { type: "preset", preset: "7d" });
  const never = await rotateApiKey(ada.id, other.key.id, "24h", CALLER, { type: "never" });
  expect(never).toMatchObject({ ok: true, value: { key: { expiresAt: null } } });
});

test("a successor can't be made with an end in the past, and nothing is changed", async () => {
  const { key } = await createKey(ada.id);
  const past = { type: "custom", at: new Date(Date.now() - 1) } as const;
  const rotated = await rotateApiKey(ada.id, key.id, "now", CALLER, past);
  expect(rotated).toEqual({ ok: false, error: "expiry_out_of_range" });
  expect(await readKeyRow(key.id)).toMatchObject({ expiresAt: null, revokedAt: null });
});

test("a successor lasts at most 5 years, however long the old key lasted", async () => {
  const { key } = await createKey(ada.id);
  const [createdAt, expiresAt] = [new Date("2020-01-01"), new Date(Date.now() + 365 * 24 * HOUR_MS)];
  await database().apiKey.update({ where: { id: key.id }, data: { createdAt, expiresAt } });
  const { key: successor } = await rotateKey(ada.id, key.id);
  expect(hoursFromNow(successor.expiresAt) / 24 / 365.25).toBeCloseTo(5, 1);
});

test("an unknown, expired, disabled, revoked, deleted or another user's key can't be rotated", async () => {
  const bob = await createUser("Bob");
  const { key } = await createKey(ada.id);
  const attempt = (userId: UserId, id: string) => rotateApiKey(userId, id, "1h", CALLER);
  expect(await attempt(bob.id, key.id)).toEqual({ ok: false, error: "not_found" });
  expect(await attempt(ada.id, "00000000-0000-7000-8000-000000000000")).toEqual({ ok: false, error: "not_found" });
  await setDisabled(ada.id, key.id, "disabled", CALLER);
  expect(await attempt(ada.id, key.id)).toEqual({ ok: false, error: "disabled" });
  await revokeApiKey(ada.id, key.id, CALLER);
  expect(await attempt(ada.id, key.id)).toEqual({ ok: false, error: "not_active" });
  await deleteApiKey(ada.id, key.id, CALLER);
  expect(await attempt(ada.id, key.id)).toEqual({ ok: false, error: "not_found" });
  const expired = await createKey(ada.id);
  await database().apiKey.update({ where: { id: expired.key.id }, data: { expiresAt: new Date() } });
  expect(await attempt(ada.id, expired.key.id)).toEqual({ ok: false, error: "not_active" });
});

test("both keys count while both work; at the limit only an immediate rotation is possible", async () => {
  const before = env().MAX_ACTIVE_KEYS;
  env().MAX_ACTIVE_KEYS = 1;
  try {
    const { key } = await createKey(ada.id);
    expect(await rotateApiKey(ada.id, key.id, "1h", CALLER)).toEqual({ ok: false, error: "too_many_keys" });
    expect((await readKeyRow(key.id)).expiresAt).toBeNull();
    expect(await rotateApiKey(ada.id, key.id, "now", CALLER)).toMatchObject({ ok: true });
  } finally {
    env().MAX_ACTIVE_KEYS = before;
  }
});

test("a rotation is recorded for the old key, and a creation for the new one", async () => {
  const { key } = await createKey(ada.id);
  const successor = await rotateKey(ada.id, key.id, "7d");
  const record = await database().activity.findFirstOrThrow({ where: { apiKeyId: key.id, action: "api_key.rotated" } });
  expect(record).toMatchObject({
    actor: "user",
    address: "192.0.2.1",
    details: { name: "Production App", successor: successor.key.id, overlap: "7d" },
  });
  expect(await database().activity.findMany({ where: { apiKeyId: successor.key.id } })).toMatchObject([
    {
      action: "api_key.created",
      actor: "user",
      address: "192.0.2.1",
      details: { name: "Production App", environment: "production", expiresAt: null, replaces: key.id },
    },
  ]);
});

test("a rotation and its records stand or fall together", async () => {
  const { key } = await createKey(ada.id);
  const kept = () => Promise.all([readKeyRow(key.id), database().activity.count({ where: { userId: ada.id } })]);
  const before = await kept();
  await pool().query(
    `ALTER TABLE "Activity" ADD CONSTRAINT "no_successor" CHECK ("details"->>'replaces' IS NULL) NOT VALID`,
  );
  try {
    await expect(rotateKey(ada.id, key.id)).rejects.toThrow();
  } finally {
    await pool().query(`ALTER TABLE "Activity" DROP CONSTRAINT "no_successor"`);
  }
  expect(await kept()).toEqual(before);
  expect(await database().apiKey.count({ where: { userId: ada.id } })).toBe(1);
});

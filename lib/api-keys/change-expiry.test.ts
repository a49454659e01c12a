import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { CALLER, HOUR_MS, hoursFromNow, readKeyRow, rotateKey } from "#e2e/support/rotated-keys.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { changeExpiry } from "#lib/api-keys/change-expiry.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import type { Expiry } from "#lib/api-keys/model/expiry.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
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

const SOON: Expiry = { type: "preset", preset: "7d" };
const change = (id: string, expiry: Expiry, userId = ada.id) => changeExpiry(userId, id, expiry, CALLER);

test("the end of an active or disabled key moves nearer, farther and away, and each move is recorded", async () => {
  const { key } = await createKey(ada.id, { type: "preset", preset: "30d" });
  expect(await change(key.id, SOON)).toMatchObject({ ok: true });
  const { expiresAt: near } = await readKeyRow(key.id);
  expect(hoursFromNow(near)).toBeCloseTo(7 * 24, 1);
  await setDisabled(ada.id, key.id, "disabled", CALLER);
  expect(await change(key.id, { type: "never" })).toMatchObject({ ok: true });
  expect((await readKeyRow(key.id)).expiresAt).toBeNull();
  const records = await database().activity.findMany({
    where: { apiKeyId: key.id, action: "api_key.expiry_changed" },
    orderBy: { createdAt: "asc" },
  });
  const [first, second] = [key.expiresAt?.toISOString(), near?.toISOString()];
  expect(records.map(({ details }) => details)).toEqual([
    { name: "Production App", from: first, to: second },
    { name: "Production App", from: second, to: null },
  ]);
});

test("when a change is confirmed, no cache goes by the old end", async () => {
  const { key, secret } = await createKey(ada.id);
  expect(await verifySecret(secret)).toMatchObject({ ok: true, key: { expiresAt: null } });
  const at = new Date(Date.now() + HOUR_MS);
  expect(await change(key.id, { type: "custom", at })).toMatchObject({ ok: true });
  expect(await verifySecret(secret)).toMatchObject({ ok: true, key: { expiresAt: at.getTime() } });
});

test("an expired or revoked key never works again", async () => {
  const [expired, revoked] = [await createKey(ada.id), await createKey(ada.id)];
  await database().apiKey.update({ where: { id: expired.key.id }, data: { expiresAt: new Date() } });
  await revokeApiKey(ada.id, revoked.key.id, CALLER);
  for (const { key, secret } of [expired, revoked]) {
    expect(await change(key.id, { type: "never" })).toEqual({ ok: false, error: "not_active" });
    expect(await verifySecret(secret)).toMatchObject({ ok: false });
  }
});

test("a replaced key keeps the end of its overlap until its successor has ended", async () => {
  const { key } = await createKey(ada.id);
  const successor = await rotateKey(ada.id, key.id, "on_use");
  expect(await change(key.id, SOON)).toEqual({ ok: false, error: "replaced" });
  await revokeApiKey(ada.id, successor.key.id, CALLER);
  expect(await change(key.id, SOON)).toMatchObject({ ok: true });
  const { expiresAt, endsOnUse } = await readKeyRow(key.id);
  expect(hoursFromNow(expiresAt)).toBeCloseTo(7 * 24, 1);
  expect(endsOnUse).toBe(false);
});

test("another user's key, an end in the past and one after more than 5 years are errors", async () => {
  const bob = await createUser("Bob");
  const { key } = await createKey(ada.id);
  expect(await change(key.id, SOON, bob.id)).toEqual({ ok: false, error: "not_found" });
  for (const ms of [-1, 6 * 365 * 24 * HOUR_MS]) {
    const at = new Date(Date.now() + ms);
    expect(await change(key.id, { type: "custom", at })).toEqual({ ok: false, error: "expiry_out_of_range" });
  }
  expect((await readKeyRow(key.id)).expiresAt).toBeNull();
});

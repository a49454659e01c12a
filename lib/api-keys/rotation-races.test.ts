import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { expectLockWaits, holdKey } from "#e2e/support/lock-waits.ts";
import { CALLER } from "#e2e/support/rotated-keys.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
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

test("of 10 parallel rotations one succeeds, the others get an error, and there is one successor", async () => {
  const { key } = await createKey(ada.id);
  const results = await Promise.all(
    Array.from({ length: 10 }, (_, i) => rotateApiKey(ada.id, key.id, i % 2 ? "now" : "1h", CALLER)),
  );
  const errors = results.flatMap((result) => (result.ok ? [] : [result.error]));
  expect(errors).toHaveLength(9);
  expect(["already_rotated", "not_active"]).toEqual(expect.arrayContaining(errors));
  expect(await database().apiKey.count({ where: { userId: ada.id } })).toBe(2);
});

test("a revocation and a rotation of one key wait for each other without a deadlock", async () => {
  const { key } = await createKey(ada.id);
  const holder = await holdKey(key.id);
  const revoked = revokeApiKey(ada.id, key.id, CALLER);
  await expectLockWaits(1);
  const rotated = rotateApiKey(ada.id, key.id, "24h", CALLER);
  await expectLockWaits(2);
  await holder.release();
  expect(await revoked).toMatchObject({ ok: true });
  expect(await rotated).toEqual({ ok: false, error: "not_active" });
});

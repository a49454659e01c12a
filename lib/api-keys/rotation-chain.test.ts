import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CALLER, hoursFromNow, readKeyRow, rotateKey } from "#e2e/support/rotated-keys.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { findListedApiKey } from "#lib/api-keys/list.ts";
import { extendOverlap, rotateApiKey } from "#lib/api-keys/rotation.ts";
import { successorDuration } from "#lib/api-keys/rotation-chain.ts";
import { deleteApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
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
    const { key } = await createKey(ada.id);
    const ended = await rotateKey(ada.id, key.id, "7d");
    expect(await listed(key.id)).toEqual([ended.key.id, null]);
    await end(ended.key.id);
    expect(await listed(key.id)).toEqual([null, null]);
    expect(await extendOverlap(ada.id, key.id, "1h", CALLER)).toEqual({ ok: false, error: "not_replaced" });
    const again = await rotateKey(ada.id, key.id, "1h");
    expect(await listed(key.id)).toEqual([again.key.id, again.key.expiresAt]);
    expect((await readKeyRow(ended.key.id)).replacesId).toBeNull();
    expect(await rotateApiKey(ada.id, key.id, "1h", CALLER)).toEqual({ ok: false, error: "already_rotated" });
  });

  test.each([
    ["never", { type: "never" }],
    ["after 90 days", { type: "preset", preset: "90d" }],
  ] as const)(
    "that ended %s gives that duration to the next one, and not the short one of the overlap",
    async (_, expiry) => {
      const { key } = await createKey(ada.id, expiry);
      const ended = await rotateKey(ada.id, key.id, "1h");
      await revokeApiKey(ada.id, ended.key.id, CALLER);
      const durationMs = successorDuration(key);
      const latestEnd = ended.key.expiresAt;
      expect(await findListedApiKey(ada.id, key.id)).toMatchObject({ latestEnd, durationMs });
      const again = await rotateKey(ada.id, key.id, "7d");
      expect(successorDuration(again.key)).toBe(durationMs);
      expect(hoursFromNow((await readKeyRow(key.id)).expiresAt)).toBeCloseTo(168, 1);
    },
  );

  test("is still replaced while its successor is disabled", async () => {
    const { key } = await createKey(ada.id);
    const successor = await rotateKey(ada.id, key.id);
    await setDisabled(ada.id, successor.key.id, "disabled", CALLER);
    expect(await listed(key.id)).toEqual([successor.key.id, null]);
    expect(await rotateApiKey(ada.id, key.id, "1h", CALLER)).toEqual({ ok: false, error: "already_rotated" });
  });

  test("lets one of 10 parallel rotations succeed again", async () => {
    const { key } = await createKey(ada.id);
    await revokeApiKey(ada.id, (await rotateKey(ada.id, key.id)).key.id, CALLER);
    const results = await Promise.all(Array.from({ length: 10 }, () => rotateApiKey(ada.id, key.id, "1h", CALLER)));
    expect(results.filter(({ ok }) => ok).length).toBe(1);
    expect(await database().apiKey.count({ where: { userId: ada.id, revokedAt: null } })).toBe(2);
  });

  test("but was rotated itself has the last active key of the chain as its successor", async () => {
    const { key } = await createKey(ada.id, { type: "preset", preset: "90d" });
    const second = await rotateKey(ada.id, key.id, "7d");
    const third = await rotateKey(ada.id, second.key.id, "now");
    expect(await listed(key.id)).toEqual([third.key.id, third.key.expiresAt]);
    expect(await rotateApiKey(ada.id, key.id, "1h", CALLER)).toEqual({ ok: false, error: "already_rotated" });
    await revokeApiKey(ada.id, third.key.id, CALLER);
    expect(await listed(key.id)).toEqual([null, null]);
    // An ended key still has its direct successor.
    expect(await listed(second.key.id)).toEqual([third.key.id, third.key.expiresAt]);
    expect(successorDuration((await rotateKey(ada.id, key.id, "1h")).key)).toBe(successorDuration(key));
  });
});

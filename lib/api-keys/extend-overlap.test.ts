import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CALLER, HOUR_MS, hoursFromNow, readKeyRow, rotateKey } from "#e2e/support/rotated-keys.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { EXTENSIONS, type Extension } from "#lib/api-keys/model/extended-end.ts";
import { extendOverlap } from "#lib/api-keys/rotation.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";

let close: () => Promise<void>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createUser();
});

describe("extending", () => {
  const extend = (id: string, by: Extension) => extendOverlap(ada.id, id, by, CALLER);

  test.each(["1h", "24h", "7d"] as const)("by %s never brings the end nearer", async (by) => {
    const { key } = await createKey(ada.id);
    await rotateKey(ada.id, key.id, "7d");
    const before = (await readKeyRow(key.id)).expiresAt?.getTime() ?? 0;
    expect(await extend(key.id, by)).toEqual({ ok: true });
    expect((await readKeyRow(key.id)).expiresAt).toEqual(new Date(before + EXTENSIONS[by] * HOUR_MS));
  });

  test("stops at the successor's own end, and is an error when both end together", async () => {
    const { key } = await createKey(ada.id, { type: "custom", at: new Date(Date.now() + 48 * HOUR_MS) });
    const { expiresAt } = (await rotateKey(ada.id, key.id, "24h")).key;
    expect(await extend(key.id, "7d")).toEqual({ ok: true });
    expect((await readKeyRow(key.id)).expiresAt).toEqual(expiresAt);
    expect(await extend(key.id, "1h")).toEqual({ ok: false, error: "ends_with_successor" });
    expect((await readKeyRow(key.id)).expiresAt).toEqual(expiresAt);
  });

  test("moves the latest end of a key that ends on use, which it still does", async () => {
    const { key } = await createKey(ada.id);
    await rotateKey(ada.id, key.id, "on_use");
    expect(await extend(key.id, "7d")).toEqual({ ok: true });
    const { expiresAt, endsOnUse } = await readKeyRow(key.id);
    expect(hoursFromNow(expiresAt)).toBeCloseTo(37 * 24, 1);
    expect(endsOnUse).toBe(true);
  });

  test("is for the user's own keys that were rotated and have not ended", async () => {
    const { key } = await createKey(ada.id);
    expect(await extend(key.id, "1h")).toEqual({ ok: false, error: "not_replaced" });
    await rotateKey(ada.id, key.id, "1h");
    const bob = await createUser("Bob");
    expect(await extendOverlap(bob.id, key.id, "24h", CALLER)).toEqual({ ok: false, error: "not_found" });
    await revokeApiKey(ada.id, key.id, CALLER);
    expect(await extend(key.id, "24h")).toEqual({ ok: false, error: "not_active" });
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { changeExpiry } from "#lib/api-keys/change-expiry.ts";
import { findWarnings } from "#lib/api-keys/key-health.ts";
import { listApiKeys } from "#lib/api-keys/list.ts";
import type { Expiry } from "#lib/api-keys/model/expiry.ts";
import { DEFAULT_VIEW } from "#lib/api-keys/model/list-view.ts";
import { extendOverlap, rotateApiKey } from "#lib/api-keys/rotation.ts";
import { createApiKey } from "#lib/api-keys/store.ts";
import { env } from "#lib/config/env.ts";
import { database } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

const CALLER = { actor: "user", address: null, userAgent: null } as const;
const DAYS = 90;
const NEVER = { type: "never" } as const;
const OUT_OF_RANGE = { ok: false, error: "expiry_out_of_range" };

let close: () => Promise<void>;
let ada: { id: UserId };
const settings = { ...env() };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createUser();
});
afterEach(() => {
  Object.assign(env(), { MAX_KEY_LIFETIME_DAYS: undefined }, settings);
});

const create = (expiry: Expiry) => createApiKey(ada.id, { name: "Key", environment: "staging", expiry }, CALLER);
async function created(expiry: Expiry) {
  const made = await create(expiry);
  if (!made.ok) throw new Error(made.error);
  return made.value.key;
}
const inDays = (days: number): Expiry => ({ type: "custom", at: new Date(Date.now() + days * DAY_MS) });
/** Makes a key that is older than the operator's limit. */
async function olderKey(expiry: Expiry, ageDays = 0) {
  env().MAX_KEY_LIFETIME_DAYS = undefined;
  const key = await created(expiry);
  const createdAt = new Date(key.createdAt.getTime() - ageDays * DAY_MS);
  await database().apiKey.update({ where: { id: key.id }, data: { createdAt } });
  env().MAX_KEY_LIFETIME_DAYS = DAYS;
  return { ...key, createdAt };
}

test("a new key expires within the limit, to the millisecond", async () => {
  env().MAX_KEY_LIFETIME_DAYS = DAYS;
  for (const expiry of [NEVER, { type: "preset", preset: "1y" }, inDays(DAYS + 0.01)] as Expiry[])
    expect(await create(expiry)).toMatchObject(OUT_OF_RANGE);
  for (const expiry of [{ type: "preset", preset: "90d" }, inDays(DAYS - 0.01)] as Expiry[])
    expect(await create(expiry)).toMatchObject({ ok: true });
});

test("a changed expiry counts from the key's creation", async () => {
  const key = await olderKey({ type: "preset", preset: "30d" }, 60);
  expect(await changeExpiry(ada.id, key.id, { type: "preset", preset: "60d" }, CALLER)).toMatchObject(OUT_OF_RANGE);
  expect(await changeExpiry(ada.id, key.id, NEVER, CALLER)).toMatchObject(OUT_OF_RANGE);
  expect(await changeExpiry(ada.id, key.id, inDays(29), CALLER)).toMatchObject({ ok: true });
});

test("the successor of an older key expires within the limit, and a later expiry is rejected", async () => {
  const [never, long] = [await olderKey(NEVER), await olderKey({ type: "preset", preset: "1y" })];
  expect(await rotateApiKey(ada.id, never.id, "1h", CALLER, NEVER)).toMatchObject(OUT_OF_RANGE);
  for (const { id } of [never, long]) {
    const rotated = await rotateApiKey(ada.id, id, "1h", CALLER);
    if (!rotated.ok) throw new Error(rotated.error);
    const { createdAt, expiresAt } = rotated.value.key;
    expect((expiresAt as Date).getTime() - createdAt.getTime()).toBe(DAYS * DAY_MS);
  }
});

test("an old key of a rotation can't be extended beyond its own limit", async () => {
  const key = await olderKey({ type: "preset", preset: "90d" }, 80);
  expect(await rotateApiKey(ada.id, key.id, "7d", CALLER)).toMatchObject({ ok: true });
  expect(await extendOverlap(ada.id, key.id, "24h", CALLER)).toEqual({ ok: true });
  expect(await extendOverlap(ada.id, key.id, "7d", CALLER)).toEqual({ ok: false, error: "beyond_lifetime" });
});

test("key health lists older keys that exceed the limit", async () => {
  const [never, long] = [await olderKey(NEVER), await olderKey({ type: "preset", preset: "1y" })];
  await created({ type: "preset", preset: "90d" });
  const now = new Date();
  expect(await findWarnings(ada.id, now)).toEqual([{ kind: "beyond_lifetime", keys: 2 }]);
  const { rows } = await listApiKeys(ada.id, { ...DEFAULT_VIEW, finding: "beyond_lifetime" }, now);
  expect(rows.map(({ id }) => id).toSorted()).toEqual([never.id, long.id].toSorted());
});

test("a decoy never expires, whatever the limit is", async () => {
  env().MAX_KEY_LIFETIME_DAYS = DAYS;
  const input = { name: "Decoy", environment: "staging", expiry: NEVER, decoy: true } as const;
  expect(await createApiKey(ada.id, input, CALLER)).toMatchObject({ ok: true });
});

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { createApiKey, deleteApiKey } from "#lib/api-keys/store.ts";
import { env } from "#lib/config/env.ts";
import { database } from "#lib/database/client.ts";

const CALLER = { actor: "user", address: null, userAgent: null } as const;

let close: () => Promise<void>;
const settings = { ...env() };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
afterEach(() => {
  Object.assign(env(), settings);
});

const create = (userId: UserId) =>
  createApiKey(userId, { name: "Key", environment: "staging", expiry: { type: "never" } }, CALLER);
async function created(userId: UserId): Promise<string> {
  const made = await create(userId);
  if (!made.ok) throw new Error(made.error);
  return made.value.key.id;
}
const rows = (userId: UserId) => database().apiKey.count({ where: { userId } });
/**
 * Moves the account's throttle into the past, which is the same as waiting. Negative seconds block
 * it.
 */
const pass = (userId: UserId, seconds: number) => database().$executeRaw`
  UPDATE "Throttle" SET "blockedUntil" = "blockedUntil" - make_interval(secs => ${seconds}::float8),
                        "updatedAt" = "updatedAt" - make_interval(secs => ${seconds}::float8)
  WHERE "scope" = ${`keys of ${userId}`}`;

test("an account creates 100 keys at once and then one a second, and others don't wait", async () => {
  const ada = await createUser();
  const start = performance.now();
  let waited = 0;
  const createMany = async () => {
    for (let result = await create(ada.id); result.ok; ) result = await create(ada.id);
  };
  const most = () => 101 + waited + (performance.now() - start) / 1000;
  await Promise.all(Array.from({ length: 8 }, createMany));
  expect(await rows(ada.id)).toBeGreaterThanOrEqual(100);
  expect(await rows(ada.id)).toBeLessThanOrEqual(most());

  waited = 30;
  await pass(ada.id, waited);
  await createMany();
  expect(await rows(ada.id)).toBeGreaterThanOrEqual(130);
  expect(await rows(ada.id)).toBeLessThanOrEqual(most());
  const bob = await createUser("Bob");
  expect(await create(bob.id)).toMatchObject({ ok: true });
});

test("a rotation counts as a creation, and both say when to try again", async () => {
  const ada = await createUser();
  const id = await created(ada.id);
  expect(await rotateApiKey(ada.id, id, "1h", CALLER)).toMatchObject({ ok: true });
  const scope = `keys of ${ada.id}`;
  expect(await database().throttle.findUnique({ where: { scope }, select: { attempts: true } })).toEqual({
    attempts: 2,
  });
  const other = await created(ada.id);
  await pass(ada.id, -100);
  for (const rejected of [await create(ada.id), await rotateApiKey(ada.id, other, "now", CALLER)]) {
    if (rejected.ok || rejected.error !== "throttled") throw new Error("It was not throttled.");
    expect(rejected.retryAfterSeconds).toBeGreaterThan(80);
    expect(rejected.retryAfterSeconds).toBeLessThanOrEqual(100);
  }
  expect(await rows(ada.id)).toBe(3);
});

test("an account has at most MAX_KEYS keys, revoked and deleted ones included, and the error names the support", async () => {
  Object.assign(env(), { MAX_KEYS: 3, SUPPORT_URL: "https://support.example.com" });
  const ada = await createUser();
  const [kept, gone] = [await created(ada.id), await created(ada.id)];
  await deleteApiKey(ada.id, gone, CALLER);
  const results = await Promise.all(Array.from({ length: 10 }, () => create(ada.id)));
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  const error = { ok: false, error: "key_limit", supportUrl: "https://support.example.com" };
  expect(results.filter(({ ok }) => !ok)).toEqual(Array.from({ length: 9 }, () => error));
  expect(await rotateApiKey(ada.id, kept, "now", CALLER)).toEqual(error);
  expect(await rows(ada.id)).toBe(3);
  const { revokedAt } = await database().apiKey.findUniqueOrThrow({ where: { id: kept }, select: { revokedAt: true } });
  expect(revokedAt).toBeNull();
});

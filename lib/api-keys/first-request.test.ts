import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { findFirstRequest, firstRequestOf } from "#lib/api-keys/first-request.ts";
import { findListedApiKey } from "#lib/api-keys/list.ts";
import { deleteApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";

const CALLER = { actor: "user", address: null, userAgent: null } as const;

let close: () => Promise<void>;
let ada: UserId;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = (await createUser()).id;
});

async function use(id: string): Promise<void> {
  await database().apiKey.update({ where: { id }, data: { lastUsedAt: new Date() }, select: { id: true } });
}
const ofAccount = () => findFirstRequest(ada, new Date());
async function ofKey(id: string) {
  const found = await findListedApiKey(ada, id);
  return found && firstRequestOf(found, new Date());
}

test("a first request is waited for from the first active key on, until one came with any key", async () => {
  expect(await ofAccount()).toBe("none");
  const { key: used } = await createKey(ada);
  const { key: unused } = await createKey(ada);
  expect(await ofAccount()).toBe("waiting");
  await use(used.id);
  expect(await ofAccount()).toBe("received");
  expect(await ofKey(used.id)).toBe("received");
  expect(await ofKey(unused.id)).toBe("waiting");
});

test("keys that can't send a request are not waited for", async () => {
  const { key: revoked } = await createKey(ada);
  const { key: deleted } = await createKey(ada);
  const { key: expired } = await createKey(ada);
  await revokeApiKey(ada, revoked.id, CALLER);
  await deleteApiKey(ada, deleted.id, CALLER);
  await database().apiKey.update({ where: { id: expired.id }, data: { expiresAt: new Date() }, select: { id: true } });
  expect(await ofAccount()).toBe("none");
  for (const { id } of [revoked, deleted, expired]) expect(await ofKey(id)).toBe("none");
});

test("a request is remembered when its key is deleted, and other users' keys don't count", async () => {
  const bob = (await createUser("Bob")).id;
  const { key } = await createKey(bob);
  await use(key.id);
  await createKey(ada);
  expect(await ofAccount()).toBe("waiting");
  await deleteApiKey(bob, key.id, CALLER);
  expect(await findFirstRequest(bob, new Date())).toBe("received");
});

test("an account with more than 100 keys is not new", async () => {
  const keys = (count: number) =>
    database().apiKey.createMany({
      data: Array.from({ length: count }, () => ({
        userId: ada,
        name: "Key",
        environment: "production" as const,
        prefix: "gt_aaaa",
        hash: crypto.getRandomValues(new Uint8Array(32)),
      })),
    });
  await keys(100);
  expect(await ofAccount()).toBe("waiting");
  await keys(1);
  expect(await ofAccount()).toBe("received");
});

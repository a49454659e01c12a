import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { deleteAccount } from "#lib/accounts/delete-account.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { startSession } from "#lib/accounts/sessions.ts";
import { database } from "#lib/database/client.ts";
import { pruneCallers, pruneRejections } from "#lib/usage/prune-traces.ts";

const CALLER = { actor: "user", address: "198.18.4.1", userAgent: "vitest" } as const;
const KEYS = 501;

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

/** A user with used keys, callers and rejected requests. */
async function busyUser(): Promise<{ id: UserId; email: string; keyId: string }> {
  const user = await createUser();
  const { key } = await createKey(user.id);
  await database().$executeRaw`
    INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
    SELECT gen_random_uuid(), ${user.id}::uuid, 'Key ' || i, 'staging', 'gt_aaaa', sha256(convert_to(${user.id} || i, 'UTF8'))
    FROM generate_series(1, ${KEYS}::int) i`;
  await leaveTraces(user.id, key.id);
  return { ...user, keyId: key.id };
}

async function leaveTraces(userId: UserId, apiKeyId: string): Promise<void> {
  const caller = { addressPrefix: "203.0.113.0/24", userAgent: "curl/8", route: "/api/v1/key" };
  await database().usageCaller.createMany({ data: [{ apiKeyId, ...caller, lastSeenAt: new Date() }] });
  await database().rejection.createMany({
    data: [{ requestId: randomUUID(), userId, apiKeyId, cause: "deleted", ...caller, createdAt: new Date() }],
  });
  await database().leakReport.create({
    data: { apiKeyId, userId, source: "Scanner", url: "https://git.example/ada/app" },
    select: { id: true },
  });
  const traces = {
    note: "In the vault",
    allowedNetworks: "203.0.113.7/32",
    lastUsedAddress: "203.0.113.0/24",
    lastUsedAgent: "curl/8",
  };
  await database().apiKey.update({ where: { id: apiKeyId }, data: traces, select: { id: true } });
}

async function tracesOf(userId: UserId) {
  const keys = await database().apiKey.findMany({ where: { userId } });
  return {
    names: keys.filter(({ name }) => name !== "Deleted key").length,
    notes: keys.filter(({ note }) => note).length,
    networks: keys.filter(({ allowedNetworks }) => allowedNetworks).length,
    used: keys.filter(({ lastUsedAddress, lastUsedAgent }) => lastUsedAddress || lastUsedAgent).length,
    callers: await database().usageCaller.count({ where: { apiKeyId: { in: keys.map(({ id }) => id) } } }),
    reports: await database().leakReport.count({ where: { userId } }),
    rejections: await database().rejection.count({ where: { userId } }),
  };
}

test("names, notes, networks, callers and leak reports of a deleted account's keys are removed, including later ones, and no other account's", async () => {
  const [ada, bob] = [await busyUser(), await busyUser()];
  const session = await database().$transaction((transaction) => startSession(transaction, ada.id, CALLER));
  expect((await deleteAccount(session, { password: "", email: ada.email }, CALLER)).ok).toBe(true);
  const none = { names: 0, notes: 0, networks: 0, used: 0, callers: 0, reports: 0, rejections: 0 };
  await Promise.all([pruneCallers(), pruneRejections()]);
  expect(await tracesOf(ada.id)).toEqual(none);
  await leaveTraces(ada.id, ada.keyId);
  await Promise.all([pruneCallers(), pruneRejections()]);
  expect(await tracesOf(ada.id)).toEqual(none);
  const kept = { names: KEYS + 1, notes: 1, networks: 1, used: 1, callers: 1, reports: 1, rejections: 1 };
  expect(await tracesOf(bob.id)).toEqual(kept);
});

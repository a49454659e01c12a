import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { activityOf } from "#e2e/support/test-accounts.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";
import { changeLeakGrace } from "#lib/leaks/grace.ts";
import { listLeakReports } from "#lib/leaks/read.ts";
import { REPORTS_MAX, recordLeak } from "#lib/leaks/record-leak.ts";
import { type FoundText, reportLeaks, reportOwnLeak } from "#lib/leaks/report-leaks.ts";

const CALLER = { actor: "system", address: null, userAgent: null } as const;

let close: () => Promise<void>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createUser();
});

const found = (text: string, url = "https://example.com/a.js"): FoundText => ({ text, source: "Scanner", url });
const stateOf = (id: string) =>
  database().apiKey.findUniqueOrThrow({ where: { id }, select: { leakedAt: true, revokedAt: true } });
const actionsOf = async (userId: UserId) =>
  (await activityOf(userId)).map(({ action }) => action).filter((action) => action !== "api_key.created");

test("a reported key is marked and revoked, and activity records it once", async () => {
  const { key, secret } = await createKey(ada.id);
  expect((await reportLeaks([found(secret)])).get(secret)).toEqual({ id: key.id, userId: ada.id });
  const { leakedAt, revokedAt } = await stateOf(key.id);
  expect(leakedAt).toBeInstanceOf(Date);
  expect(revokedAt).toBeInstanceOf(Date);
  await reportLeaks([found(secret, "https://example.com/b.js")]);
  expect(await stateOf(key.id)).toEqual({ leakedAt, revokedAt });
  expect(await actionsOf(ada.id)).toEqual(["api_key.leaked", "api_key.revoked"]);
  expect((await listLeakReports(ada.id, key.id)).map(({ url }) => url)).toEqual([
    "https://example.com/a.js",
    "https://example.com/b.js",
  ]);
});

test("the first 20 different reports of a key are kept, and a repeated one is kept once", async () => {
  const { key } = await createKey(ada.id);
  for (let i = 0; i < REPORTS_MAX + 5; i += 1) {
    await recordLeak(ada.id, [key.id], { source: "Scanner", url: `https://example.com/${i}` }, CALLER);
    await recordLeak(ada.id, [key.id], { source: "Scanner", url: "https://example.com/0" }, CALLER);
  }
  const urls = (await listLeakReports(ada.id, key.id)).map(({ url }) => url);
  expect(urls).toEqual(Array.from({ length: REPORTS_MAX }, (_, i) => `https://example.com/${i}`));
});

test("parallel reports of one key are all kept, one revokes it, and none fails", async () => {
  const { key, secret } = await createKey(ada.id);
  await Promise.all([
    ...Array.from({ length: 30 }, (_, i) => reportLeaks([found(secret, `https://example.com/${i}`)])),
    revokeApiKey(ada.id, key.id, CALLER),
  ]);
  expect(await listLeakReports(ada.id, key.id)).toHaveLength(REPORTS_MAX);
  expect((await actionsOf(ada.id)).sort()).toEqual(["api_key.leaked", "api_key.revoked"]);
});

test("parallel reports of many keys in different orders don't block each other", async () => {
  const keys = await Promise.all(Array.from({ length: 10 }, () => createKey(ada.id)));
  await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      reportLeaks([...keys.slice(i), ...keys.slice(0, i)].map(({ secret }) => found(secret))),
    ),
  );
  for (const { key } of keys) expect((await stateOf(key.id)).revokedAt).not.toBeNull();
});

test("a report that waits for its turn doesn't wait until earlier keys are rejected everywhere", async () => {
  // One for each turn that can be taken at the same time.
  const keys = [await createKey(ada.id), await createKey(ada.id)];
  const ended: string[] = [];
  const report = async (name: string, secret: string) => {
    await reportLeaks([found(secret)]);
    ended.push(name);
  };
  await Promise.all([...keys.map(({ secret }) => report("key", secret)), report("unknown", generateSecret())]);
  expect(ended).toEqual(["unknown", "key", "key"]);
});

test("a report of two accounts' keys reaches each account only for its own keys", async () => {
  const bob = await createUser("Bob");
  const [adas, bobs] = [await createKey(ada.id), await createKey(bob.id)];
  const kept = await createKey(bob.id);
  await reportLeaks([found(adas.secret), found(bobs.secret)]);
  expect(await listLeakReports(ada.id, adas.key.id)).toHaveLength(1);
  expect(await listLeakReports(ada.id, bobs.key.id)).toEqual([]);
  expect(await listLeakReports(bob.id, adas.key.id)).toEqual([]);
  expect(await actionsOf(ada.id)).toEqual(["api_key.leaked", "api_key.revoked"]);
  expect(await stateOf(kept.key.id)).toEqual({ leakedAt: null, revokedAt: null });
});

test("an account can't report a key of another", async () => {
  const bob = await createUser("Bob");
  const { key } = await createKey(bob.id);
  expect(await reportOwnLeak(ada.id, key.id, CALLER)).toEqual({ ok: false, error: "not_found" });
  expect(await stateOf(key.id)).toEqual({ leakedAt: null, revokedAt: null });
  expect(await listLeakReports(bob.id, key.id)).toEqual([]);
});

test("control, bidi and invisible characters and keys in the reporter's words are not stored", async () => {
  const { key, secret } = await createKey(ada.id);
  const url = `https://example.com/\u202e?key=${secret}&a\u0000\r\n\u200b\u2066b\ud800`;
  await reportLeaks([{ text: secret, source: "\u001b[31mScan\u200fner ", url }]);
  const [{ source, url: stored } = {}] = await listLeakReports(ada.id, key.id);
  expect([source, stored]).toEqual(["[31mScanner", "https://example.com/?key=gt_…&ab"]);
});

test("without email every reported key is revoked immediately, whatever the user chose", async () => {
  await database().user.update({ where: { id: ada.id }, data: { emailVerifiedAt: new Date() } });
  await changeLeakGrace(ada.id, true, CALLER);
  const { key, secret } = await createKey(ada.id);
  await reportLeaks([found(secret)]);
  expect((await stateOf(key.id)).revokedAt).not.toBeNull();
});

test("a deleted key is also marked", async () => {
  const { key, secret } = await createKey(ada.id);
  await database().apiKey.update({ where: { id: key.id }, data: { deletedAt: new Date(), revokedAt: new Date() } });
  expect((await reportLeaks([found(secret)])).size).toBe(1);
  expect((await stateOf(key.id)).leakedAt).not.toBeNull();
});

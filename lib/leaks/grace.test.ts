import { setImmediate as immediate } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type MailServer, mailSettings, startMailServer } from "#e2e/support/mail-server.ts";
import { CALLER } from "#e2e/support/seed.ts";
import { activityOf } from "#e2e/support/test-accounts.ts";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, createVerifiedUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { changeExpiry } from "#lib/api-keys/change-expiry.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";
import { changeRestrictions } from "#lib/api-keys/restrict.ts";
import { extendOverlap, rotateApiKey } from "#lib/api-keys/rotation.ts";
import { deleteApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { verifySecret } from "#lib/api-keys/verify.ts";
import { database } from "#lib/database/client.ts";
import { changeLeakGrace } from "#lib/leaks/grace.ts";
import { reportLeaks, reportOwnLeak } from "#lib/leaks/report-leaks.ts";
import { revokeLeakedKeys } from "#lib/leaks/revoke-leaked-keys.ts";
import { noticeExpiringKeys } from "#lib/notices/expiring-keys.ts";
import { DAY_MS, HOUR_MS } from "#lib/time/model/duration.ts";

let server: MailServer;
let api: TestApi;
let close: () => Promise<void>;
let ada: { id: UserId; email: string };
beforeAll(async () => {
  server = await startMailServer();
  Object.assign(process.env, mailSettings(server));
  close = await useOwnDatabase();
  api = await startApi();
});
afterAll(async () => {
  api.close();
  await close();
  await server.stop();
});
beforeEach(async () => {
  ada = await createVerifiedUser();
  await changeLeakGrace(ada.id, true, CALLER);
});

const report = (...secrets: string[]) => reportLeaks(secrets.map((text) => ({ text, source: "Scanner", url: "" })));
const stateOf = (id: string) =>
  database().apiKey.findUniqueOrThrow({ where: { id }, select: { leakedAt: true, revokedAt: true, revokesAt: true } });
const statusOf = async (secret: string) => (await api.call("/key", {}, secret)).status;
const leakMails = (userId: UserId) =>
  database().mail.findMany({ where: { userId, kind: "api_key.leaked" }, select: { data: true } });

/** Moves a key's report into the past, as if it had been made then. */
async function moveReport(id: string, ms: number): Promise<void> {
  await database().$executeRaw`
    UPDATE "ApiKey" SET "leakedAt" = "leakedAt" - make_interval(secs => ${ms / 1000}::float8),
      "revokesAt" = "revokesAt" - make_interval(secs => ${ms / 1000}::float8) WHERE "id" = ${id}::uuid`;
  await outliveLeases();
}

test("a reported production key works for exactly 24 hours, even if scheduled work doesn't run", async () => {
  const { key, secret } = await createKey(ada.id);
  await report(secret);
  const { leakedAt, revokesAt, revokedAt } = await stateOf(key.id);
  expect(revokesAt?.getTime()).toBe((leakedAt?.getTime() ?? 0) + DAY_MS);
  expect([revokedAt, await statusOf(secret)]).toEqual([null, 200]);
  // The remaining time is short enough to wait for, and the key stays cached.
  await moveReport(key.id, DAY_MS - 4_000);
  const end = (await stateOf(key.id)).revokesAt?.getTime() ?? 0;
  const checks = { before: 0, after: 0 };
  for (let askedAt = Date.now(); askedAt < end + 300; askedAt = Date.now()) {
    const verified = await verifySecret(secret);
    if (askedAt >= end) {
      expect(verified).toMatchObject({ ok: false, cause: "revoked" });
      checks.after += 1;
    } else if (Date.now() < end) {
      expect(verified).toMatchObject({ ok: true });
      checks.before += 1;
    }
    await immediate();
  }
  expect(Math.min(checks.before, checks.after)).toBeGreaterThan(10);
  expect(await statusOf(secret)).toBe(401);
  expect((await stateOf(key.id)).revokedAt).toBeNull();
});

test("until then GET /key returns the time of revocation, or the key's expiry if that is earlier", async () => {
  const [one, two] = [await createKey(ada.id), await createKey(ada.id)];
  const soon = new Date(Date.now() + HOUR_MS);
  await database().apiKey.update({ where: { id: two.key.id }, data: { expiresAt: soon } });
  await report(one.secret, two.secret);
  for (const [secret, end] of [
    [one.secret, (await stateOf(one.key.id)).revokesAt?.toISOString()],
    [two.secret, soon.toISOString()],
  ]) {
    const answer = await api.call("/key", {}, secret);
    expect([answer.headers.get("goodtake-key-expires-at"), (await answer.json()).expires_at]).toEqual([end, end]);
  }
});

test("scheduled work revokes it as of that time and records it once", async () => {
  const { key, secret } = await createKey(ada.id);
  await report(secret);
  await revokeLeakedKeys();
  expect((await stateOf(key.id)).revokedAt).toBeNull();
  await moveReport(key.id, DAY_MS + 1);
  const { revokesAt } = await stateOf(key.id);
  expect(await revokeLeakedKeys()).toBe(1);
  expect(await revokeLeakedKeys()).toBe(0);
  expect((await stateOf(key.id)).revokedAt).toEqual(revokesAt);
  const [record, ...others] = await database().activity.findMany({
    where: { apiKeyId: key.id, action: "api_key.revoked" },
  });
  expect(others).toEqual([]);
  expect(record).toMatchObject({ actor: "system", userId: ada.id, createdAt: revokesAt });
});

test("no edit, extension, enabling, rotation, restriction or repeated report postpones the revocation", async () => {
  const { key, secret } = await createKey(ada.id);
  await report(secret);
  await moveReport(key.id, HOUR_MS);
  const before = await stateOf(key.id);
  expect(await changeExpiry(ada.id, key.id, { type: "never" }, CALLER)).toEqual({ ok: false, error: "leaked" });
  await setDisabled(ada.id, key.id, "disabled", CALLER);
  await setDisabled(ada.id, key.id, "enabled", CALLER);
  await changeRestrictions(ada.id, key.id, { ...UNRESTRICTED, requestsPerMinute: 5 }, CALLER);
  const rotated = await rotateApiKey(ada.id, key.id, "7d", CALLER);
  expect(rotated.ok && rotated.value.key).toMatchObject({ leakedAt: null, revokesAt: null, expiresAt: null });
  const { expiresAt } = await database().apiKey.findUniqueOrThrow({ where: { id: key.id } });
  expect(expiresAt).toEqual(before.revokesAt);
  expect(await extendOverlap(ada.id, key.id, "7d", CALLER)).toEqual({ ok: false, error: "leaked" });
  await report(secret);
  await changeLeakGrace(ada.id, false, CALLER);
  await changeLeakGrace(ada.id, true, CALLER);
  await report(secret);
  expect(await stateOf(key.id)).toEqual(before);
  await moveReport(key.id, DAY_MS - HOUR_MS);
  expect(await statusOf(secret)).toBe(401);
  expect(await setDisabled(ada.id, key.id, "enabled", CALLER)).toEqual({ ok: false, error: "not_active" });
});

test("the first report sets the time of revocation, even if reports race with edits, extensions and rotations", async () => {
  for (let round = 0; round < 10; round += 1) {
    const [edited, rotated] = [await createKey(ada.id), await createKey(ada.id)];
    const old = await createKey(ada.id);
    expect(await rotateApiKey(ada.id, old.key.id, "1h", CALLER)).toMatchObject({ ok: true });
    await Promise.all([
      report(edited.secret, rotated.secret, old.secret),
      changeExpiry(ada.id, edited.key.id, { type: "preset", preset: "90d" }, CALLER),
      rotateApiKey(ada.id, rotated.key.id, "7d", CALLER),
      extendOverlap(ada.id, old.key.id, "7d", CALLER),
      report(edited.secret, rotated.secret, old.secret),
    ]);
    for (const { key, secret } of [edited, rotated, old]) {
      const { leakedAt, revokesAt, revokedAt } = await stateOf(key.id);
      expect(revokedAt).toBeNull();
      expect(revokesAt?.getTime()).toBe((leakedAt?.getTime() ?? 0) + DAY_MS);
      await moveReport(key.id, DAY_MS);
      expect(await statusOf(secret)).toBe(401);
    }
  }
});

test("a key can still be revoked and deleted immediately, and its owner's own report revokes it", async () => {
  const keys = [await createKey(ada.id), await createKey(ada.id), await createKey(ada.id)] as const;
  await report(...keys.map(({ secret }) => secret));
  await revokeApiKey(ada.id, keys[0].key.id, CALLER);
  await deleteApiKey(ada.id, keys[1].key.id, CALLER);
  await reportOwnLeak(ada.id, keys[2].key.id, CALLER);
  for (const { secret } of keys) expect(await statusOf(secret)).toBe(401);
});

test("turning the setting off applies to the next report, even of a key that has time left", async () => {
  const { key, secret } = await createKey(ada.id);
  await report(secret);
  await changeLeakGrace(ada.id, false, CALLER);
  expect(await statusOf(secret)).toBe(200);
  await report(secret);
  expect(await statusOf(secret)).toBe(401);
  expect((await stateOf(key.id)).revokedAt).not.toBeNull();
});

test("keys of other environments, expired keys, unverified owners and other accounts get no grace period", async () => {
  const [bob, carol] = [await createVerifiedUser("Bob"), await createUser("Carol")];
  await changeLeakGrace(carol.id, true, CALLER);
  const keys = [await createKey(bob.id), await createKey(carol.id), await createKey(ada.id), await createKey(ada.id)];
  const [, , staging, expired] = keys;
  await database().apiKey.update({ where: { id: String(staging?.key.id) }, data: { environment: "staging" } });
  await database().apiKey.update({ where: { id: String(expired?.key.id) }, data: { expiresAt: new Date() } });
  const kept = await createKey(ada.id);
  await report(kept.secret, ...keys.map(({ secret }) => secret));
  for (const { key } of keys)
    expect(await stateOf(key.id)).toMatchObject({ revokesAt: null, revokedAt: expect.any(Date) });
  expect((await stateOf(kept.key.id)).revokedAt).toBeNull();
});

test("a report sends one email with the time of revocation, and no notice about expiry follows", async () => {
  const [one, two] = [await createKey(ada.id), await createKey(ada.id)];
  await database().apiKey.update({ where: { id: two.key.id }, data: { environment: "staging" } });
  await report(one.secret, two.secret);
  await report(one.secret);
  const { revokesAt } = await stateOf(one.key.id);
  const [mail, ...others] = await leakMails(ada.id);
  expect(others).toEqual([]);
  expect(mail?.data).toMatchObject({ total: 2, ending: { total: 1, at: revokesAt?.toISOString() } });
  await rotateApiKey(ada.id, one.key.id, "7d", CALLER);
  await database().apiKey.update({
    where: { id: one.key.id },
    data: { createdAt: new Date(Date.now() - 90 * DAY_MS) },
  });
  await database().apiKey.updateMany({ where: { replacesId: one.key.id }, data: { revokedAt: new Date() } });
  expect(await noticeExpiringKeys()).toBe(0);
});

test("a change of the setting is recorded once", async () => {
  await changeLeakGrace(ada.id, true, CALLER);
  await changeLeakGrace(ada.id, false, CALLER);
  const records = (await activityOf(ada.id)).map(({ action, details }) => [action, details]);
  expect(records).toEqual([
    ["account.leak_grace_changed", { hours: 24 }],
    ["account.leak_grace_changed", { hours: 0 }],
  ]);
});

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { expectLockWaits } from "#e2e/support/lock-waits.ts";
import { mailSettings } from "#e2e/support/mail-server.ts";
import { createQuietUser, takeMails, takeSubjects } from "#e2e/support/queued-mails.ts";
import { CALLER } from "#e2e/support/seed.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { disableAccount } from "#lib/accounts/store.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { createApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { verifySecret } from "#lib/api-keys/verify.ts";
import { env } from "#lib/config/env.ts";
import { database, pool } from "#lib/database/client.ts";
import { isDisabledAsUnused } from "#lib/notices/disabled-as-unused.ts";
import { disableIdleKeys } from "#lib/notices/idle-keys.ts";
import { endAccess } from "#lib/revocations/apply.ts";

Object.assign(process.env, mailSettings({ url: "smtp://127.0.0.1:1" }), { IDLE_DISABLE_DAYS: "60" });

const WILL = "Unused API key will be disabled: Production App";
const DISABLED = "Unused API key disabled: Production App";
const DATES = {
  ApiKey: ["createdAt", "lastUsedAt", "enabledAt"],
  IdleNotice: ["idleSince", "disablesAt", "noticedAt"],
  IdleCount: ["since"],
  Mail: ["createdAt"],
};

let close: () => Promise<void>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createQuietUser();
  // The variable was set long ago, unless a test says otherwise.
  await database().idleCount.deleteMany();
  await database().idleCount.create({ data: { since: new Date(0) } });
});

/** Moves every date back by this many days. */
async function pass(days: number): Promise<void> {
  for (const [table, columns] of Object.entries(DATES)) {
    const moved = columns.map((column) => `"${column}" = "${column}" - interval '1 day' * $1`);
    await pool().query(`UPDATE "${table}" SET ${moved.join(", ")}`, [days]);
  }
}

/** Lets days pass, runs the task, and returns the subjects that Ada gets. */
async function heardAfter(days: number): Promise<string[]> {
  await pass(days);
  await disableIdleKeys();
  return takeSubjects(ada.id);
}

async function heardAfterEach(...days: number[]): Promise<string[][]> {
  const heard = [];
  for (const some of days) heard.push(await heardAfter(some));
  return heard;
}

async function isDisabled(id: string): Promise<boolean> {
  const { disabledAt } = await database().apiKey.findUniqueOrThrow({ where: { id } });
  return disabledAt !== null;
}

const use = (id: string) => database().apiKey.update({ where: { id }, data: { lastUsedAt: new Date() } });

test("an owner is notified once each 30, 7 and 1 days before an unused key is disabled and when it is", async () => {
  const { key, secret } = await createKey(ada.id);
  // Day 29, 31, 31, 53.9, 54.1, 60, 60.2, 61.1. The key is due on day 61, later by as much as a
  // notice is late.
  expect(await heardAfterEach(29, 2, 0, 22.9, 0.2, 5.9, 0.2, 0.9)).toEqual([
    [],
    [WILL],
    [],
    [],
    [WILL],
    [],
    [WILL],
    [],
  ]);
  expect(await verifySecret(secret)).toMatchObject({ ok: true });
  expect(await heardAfter(0.2)).toEqual([DISABLED]);
  expect(await verifySecret(secret)).toMatchObject({ ok: false, cause: "disabled" });
  expect(await isDisabledAsUnused(ada.id, key.id)).toBe(true);
  expect(await isDisabledAsUnused((await createQuietUser("Bob")).id, key.id)).toBe(false);
  expect(await heardAfterEach(0, 90)).toEqual([[], []]);
  const records = await database().activity.findMany({ where: { apiKeyId: key.id, action: "api_key.disabled" } });
  expect(records).toMatchObject([{ userId: ada.id, actor: "system", details: { name: "Production App" } }]);
});

test("each notice comes the right number of days before, however long the key was unused and however late the task runs", async () => {
  const { key } = await createKey(ada.id);
  expect(await heardAfterEach(400, 29.9, 6.9, 0.2, 0.7)).toEqual([[WILL], [WILL], [WILL], [], []]);
  expect(await isDisabled(key.id)).toBe(false);
  expect(await heardAfter(0.2)).toEqual([DISABLED]);
});

test("notices that were interrupted for days start over", async () => {
  const { key } = await createKey(ada.id);
  expect(await heardAfterEach(400, 24, 6.5, 200)).toEqual([[WILL], [WILL], [WILL], [WILL]]);
  expect(await heardAfterEach(22, 2)).toEqual([[], [WILL]]);
  expect(await isDisabled(key.id)).toBe(false);
});

test("a use starts the count over, even after the last notice", async () => {
  const { key } = await createKey(ada.id);
  expect(await heardAfterEach(31, 24, 6.5)).toEqual([[WILL], [WILL], [WILL]]);
  await use(key.id);
  expect(await heardAfterEach(2, 27, 2)).toEqual([[], [], [WILL]]);
  expect(await isDisabled(key.id)).toBe(false);
});

test("enabling the key starts the count over", async () => {
  const { key } = await createKey(ada.id);
  expect(await heardAfterEach(31, 24, 6.5, 1.1)).toEqual([[WILL], [WILL], [WILL], [DISABLED]]);
  expect(await setDisabled(ada.id, key.id, "enabled", CALLER)).toMatchObject({ ok: true });
  expect(await heardAfterEach(0, 29, 2)).toEqual([[], [], [WILL]]);
  expect(await isDisabled(key.id)).toBe(false);
  await setDisabled(ada.id, key.id, "disabled", CALLER);
  expect(await isDisabledAsUnused(ada.id, key.id)).toBe(false);
});

test("the days count from when the variable was first set, and a restore starts the count over", async () => {
  await database().idleCount.deleteMany();
  const { key } = await createKey(ada.id);
  await pass(400);
  expect(await heardAfterEach(0, 29, 2, 24, 6.5)).toEqual([[], [], [WILL], [WILL], [WILL]]);
  const client = await pool().connect();
  await endAccess(client).finally(() => client.release());
  expect(await heardAfterEach(2, 29, 2)).toEqual([[], [], [WILL]]);
  expect(await isDisabled(key.id)).toBe(false);
});

test("a longer period applies to keys whose owners got notices for a shorter one", async () => {
  const { key } = await createKey(ada.id);
  expect(await heardAfterEach(31, 24, 6.5)).toEqual([[WILL], [WILL], [WILL]]);
  Object.assign(env(), { IDLE_DISABLE_DAYS: 90 });
  expect(await heardAfterEach(1.1, 5)).toEqual([[], [WILL]]);
  Object.assign(env(), { IDLE_DISABLE_DAYS: 60 });
  expect(await isDisabled(key.id)).toBe(false);
});

test("a key whose owner wasn't notified stays active, and the notices start over", async () => {
  const { key } = await createKey(ada.id);
  await pass(400);
  const mailsAfter = async (days: number) => {
    await pass(days);
    await disableIdleKeys();
    return database().mail.count({ where: { userId: ada.id } });
  };
  const settle = (outcome: "sent" | "failed") =>
    database().mail.updateMany({ where: { userId: ada.id, outcome: null }, data: { outcome, endedAt: new Date() } });
  expect([await mailsAfter(0), await mailsAfter(24)]).toEqual([1, 1]);
  await settle("failed");
  expect([await mailsAfter(0), await mailsAfter(8), await mailsAfter(2)]).toEqual([1, 1, 2]);
  await settle("sent");
  expect([await mailsAfter(22), await mailsAfter(2)]).toEqual([2, 3]);
  const { id: digestId } = await database().mail.create({
    data: { userId: ada.id, kind: "digest", data: {}, giveUpAt: new Date() },
  });
  const waiting = { userId: ada.id, outcome: null, kind: "api_key.idle" };
  await database().mail.updateMany({ where: waiting, data: { outcome: "digested", digestId } });
  expect(await mailsAfter(6.5)).toBe(4);
  await settle("sent");
  expect(await mailsAfter(0)).toBe(5);
  expect(await isDisabled(key.id)).toBe(false);
});

test("a use that is written at the moment the key would be disabled keeps it active", async () => {
  const { key } = await createKey(ada.id);
  expect(await heardAfterEach(31, 24, 6.5)).toEqual([[WILL], [WILL], [WILL]]);
  await pass(1.1);
  const writer = await pool().connect();
  await writer.query("BEGIN");
  await writer.query(`UPDATE "ApiKey" SET "lastUsedAt" = now() WHERE "id" = $1`, [key.id]);
  const work = disableIdleKeys();
  await expectLockWaits(1);
  await writer.query("COMMIT");
  writer.release();
  expect(await work).toBe(0);
  expect(await isDisabled(key.id)).toBe(false);
  expect(await takeSubjects(ada.id)).toEqual([]);
});

test("an old key counts as replaced only while a successor works", async () => {
  const { key } = await createKey(ada.id);
  await rotateApiKey(ada.id, key.id, "7d", CALLER, { type: "never" });
  await database().apiKey.update({ where: { id: key.id }, data: { expiresAt: null } });
  await database().apiKey.update({ where: { replacesId: key.id }, data: { expiresAt: new Date() } });
  await heardAfterEach(400, 24, 6.5, 1.1);
  expect(await isDisabled(key.id)).toBe(true);
});

test("keys that don't work, replaced keys, and keys whose owners get no email are left out", async () => {
  const create = async (userId = ada.id) => (await createKey(userId)).key.id;
  await revokeApiKey(ada.id, await create(), CALLER);
  await setDisabled(ada.id, await create(), "disabled", CALLER);
  const expired = await create();
  const input = { name: "Decoy", environment: "production", expiry: { type: "never" }, decoy: true } as const;
  expect(await createApiKey(ada.id, input, CALLER)).toMatchObject({ ok: true });
  const replaced = await create();
  const rotated = await rotateApiKey(ada.id, replaced, "7d", CALLER, { type: "never" });
  const successor = rotated.ok ? rotated.value.key.id : "";
  await database().apiKey.update({ where: { id: replaced }, data: { expiresAt: null } });
  const [bob, unverified] = [await createQuietUser("Bob"), await createQuietUser("Eve")];
  const others = [await create(bob.id), await create(unverified.id)];
  await disableAccount(bob.id, CALLER);
  await database().user.update({ where: { id: unverified.id }, data: { emailVerifiedAt: null } });
  await database().apiKey.update({ where: { id: expired }, data: { expiresAt: new Date() } });
  await heardAfterEach(400, 24, 6.5, 1.1);
  expect(await Promise.all([expired, replaced, ...others].map(isDisabled))).toEqual([false, false, false, false]);
  expect(await isDisabled(successor)).toBe(true);
  const ids = [ada, bob, unverified].map(({ id }) => id);
  const keys = await database().apiKey.findMany({ where: { userId: { in: ids } }, select: { id: true } });
  const noticed = await database().idleNotice.findMany({ where: { apiKeyId: { in: keys.map(({ id }) => id) } } });
  expect(noticed.map(({ apiKeyId }) => apiKeyId)).toEqual([successor]);
});

test("one email names all due keys of an account, and no other account's", async () => {
  const bob = await createQuietUser("Bob");
  const used = (await createKey(ada.id)).key.id;
  for (let i = 0; i < 22; i += 1) await createKey(ada.id);
  const bobs = (await createKey(bob.id)).key.id;
  await pass(30);
  await use(used);
  await pass(31);
  await disableIdleKeys();
  const mails = await takeMails(ada.id);
  expect(mails).toMatchObject([
    {
      subject: "23 unused API keys will be disabled",
      link: { path: "/settings/developer?status=active" },
    },
  ]);
  expect(mails[0]?.paragraphs[1]).toMatch(
    /^(• "Production App" \(production, gt_.{4}…\): (never|last) used.*, disabled on .* UTC\n){20}and 3 more$/,
  );
  const [only] = await takeMails(bob.id);
  expect(only).toMatchObject({ subject: WILL, link: { path: `/settings/developer/${bobs}` } });
});

test("a call looks at 5,000 active keys, and the next call continues after them", async () => {
  const bob = await createQuietUser("Bob");
  await disableAccount(bob.id, CALLER);
  await pool().query(
    `INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
     SELECT ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, $1, 'Other', 'production', 'gt_abcd', sha256(i::text::bytea)
     FROM generate_series(1, 5000) i`,
    [bob.id],
  );
  await createKey(ada.id);
  expect(await heardAfterEach(31, 0, 0)).toEqual([[], [WILL], []]);
});

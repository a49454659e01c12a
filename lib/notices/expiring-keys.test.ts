import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { mailSettings } from "#e2e/support/mail-server.ts";
import { createQuietUser, takeMails, takeSubjects } from "#e2e/support/queued-mails.ts";
import { CALLER } from "#e2e/support/seed.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { disableAccount } from "#lib/accounts/store.ts";
import { changeExpiry } from "#lib/api-keys/change-expiry.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";
import { changeMutedNotices } from "#lib/mail/muted-notices.ts";
import { noticeExpiringKeys } from "#lib/notices/expiring-keys.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

Object.assign(process.env, mailSettings({ url: "smtp://127.0.0.1:1" }));

let close: () => Promise<void>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createQuietUser();
});

/** Creates a key with this lifetime and this much of it left, in days. */
async function keyWithDaysLeft(daysLeft: number, lifeDays: number, userId = ada.id): Promise<string> {
  const { key } = await createKey(userId);
  await moveEnd(key.id, daysLeft, lifeDays);
  return key.id;
}

async function moveEnd(id: string, daysLeft: number, lifeDays: number): Promise<void> {
  const expiresAt = new Date(Date.now() + daysLeft * DAY_MS);
  const createdAt = new Date(expiresAt.getTime() - lifeDays * DAY_MS);
  await database().apiKey.update({ where: { id }, data: { createdAt, expiresAt } });
}

const subjects = async () => {
  await noticeExpiringKeys();
  return takeSubjects(ada.id);
};
const SOON = "API key expires soon: Production App";
const EXPIRED = "API key expired: Production App";

test("an owner is notified once each 30, 7 and 1 days before a key expires and when it has expired", async () => {
  const id = await keyWithDaysLeft(30.5, 90);
  const heard: string[][] = [await subjects()];
  for (const daysLeft of [29.9, 10, 7.5, 6.9, 1.5, 0.9, 0.1, -0.01, -2]) {
    await moveEnd(id, daysLeft, 90);
    // A moved date is a changed expiry, so the previous notice is copied to it.
    await database()
      .$executeRaw`UPDATE "ExpiryNotice" n SET "expiresAt" = k."expiresAt" FROM "ApiKey" k WHERE k."id" = n."apiKeyId"`;
    heard.push(await subjects(), await subjects());
  }
  const [none, twice] = [[], [[], []]] as const;
  expect(heard).toEqual([
    none,
    [SOON],
    none,
    ...twice,
    ...twice,
    [SOON],
    none,
    ...twice,
    [SOON],
    none,
    ...twice,
    [EXPIRED],
    none,
    ...twice,
  ]);
});

test.each([
  [10, 20, []],
  [7, 14.1, [SOON]],
  [7, 13, []],
  [0.9, 1.5, []],
  [0.9, 2, [SOON]],
  [-0.1, 0.5, [EXPIRED]],
])("%d days before the expiry of a key that lasts %d days: %j", async (daysLeft, lifeDays, heard) => {
  await keyWithDaysLeft(daysLeft, lifeDays);
  expect(await subjects()).toEqual(heard);
});

test("a changed expiry starts the notices over", async () => {
  const id = await keyWithDaysLeft(5, 90);
  expect(await subjects()).toEqual([SOON]);
  expect(
    await changeExpiry(ada.id, id, { type: "custom", at: new Date(Date.now() + 6 * DAY_MS) }, CALLER),
  ).toMatchObject({ ok: true });
  expect(await subjects()).toEqual([SOON]);
  expect(await subjects()).toEqual([]);
});

test("one email names all keys that are due, and its link opens Rotate or the list", async () => {
  const id = await keyWithDaysLeft(5, 90);
  await noticeExpiringKeys();
  expect(await takeMails(ada.id)).toMatchObject([{ link: { path: `/settings/developer/${id}?open=rotate` } }]);
  for (let i = 0; i < 30; i += 1) await keyWithDaysLeft(5, 90);
  await keyWithDaysLeft(-1, 90);
  await noticeExpiringKeys();
  const [soon, expired] = await takeMails(ada.id);
  expect(soon).toMatchObject({
    subject: "30 API keys expire soon",
    link: { path: "/settings/developer?finding=expiring" },
  });
  expect(soon?.paragraphs[1]).toMatch(/(• "Production App" \(production, gt_.{4}…\): .* UTC\n){20}and 10 more$/);
  expect(expired?.subject).toBe(EXPIRED);
});

test("no notice is sent about a key that is revoked, disabled or replaced, that expired long ago, or of a disabled account", async () => {
  await revokeApiKey(ada.id, await keyWithDaysLeft(5, 90), CALLER);
  await setDisabled(ada.id, await keyWithDaysLeft(5, 90), "disabled", CALLER);
  await rotateApiKey(ada.id, await keyWithDaysLeft(5, 90), "24h", CALLER, { type: "never" });
  await keyWithDaysLeft(-4, 90);
  const bob = await createQuietUser("Bob");
  await keyWithDaysLeft(5, 90, bob.id);
  await disableAccount(bob.id, CALLER);
  await noticeExpiringKeys();
  expect([await takeSubjects(ada.id), await takeSubjects(bob.id)]).toEqual([[], []]);
});

test("an old key counts as replaced only while a successor works", async () => {
  const id = await keyWithDaysLeft(60, 90);
  const rotated = await rotateApiKey(ada.id, id, "24h", CALLER, { type: "never" });
  const successor = await database().apiKey.findFirstOrThrow({ where: { replacesId: id }, select: { id: true } });
  expect(rotated.ok).toBe(true);
  await moveEnd(id, 5, 90);
  expect(await subjects()).toEqual([]);
  await moveEnd(successor.id, -4, 30);
  expect(await subjects()).toEqual([SOON]);
});

test("an email names only the account's own keys, and a muted notice sends none", async () => {
  const bob = await createQuietUser("Bob");
  const [adas, bobs] = [await keyWithDaysLeft(5, 90), await keyWithDaysLeft(5, 90, bob.id)];
  await changeMutedNotices(bob.id, ["key_changes", "expiry"]);
  await noticeExpiringKeys();
  expect(JSON.stringify(await takeMails(ada.id))).toContain(adas);
  expect(await takeMails(bob.id)).toEqual([]);
  await changeMutedNotices(bob.id, ["key_changes"]);
  await moveEnd(bobs, 0.5, 90);
  await noticeExpiringKeys();
  const letters = JSON.stringify(await takeMails(bob.id));
  expect(letters).toContain(bobs);
  expect(letters).not.toContain(adas);
});

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { mailSettings } from "#e2e/support/mail-server.ts";
import { createQuietUser, takeMails, takeSubjects } from "#e2e/support/queued-mails.ts";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { database } from "#lib/database/client.ts";
import { noticeNewNetworks } from "#lib/notices/new-networks.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";
import { flushUsage } from "#lib/usage/recorder.ts";

Object.assign(process.env, mailSettings({ url: "smtp://127.0.0.1:1" }), { TRUSTED_PROXIES: "127.0.0.1" });

let api: TestApi;
let close: () => Promise<void>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
  api = await startApi();
});
afterAll(async () => {
  api.close();
  await close();
});
beforeEach(async () => {
  ada = await createQuietUser();
});

async function keyOfAge(days: number) {
  const { key, secret } = await createKey(ada.id);
  await database().apiKey.update({ where: { id: key.id }, data: { createdAt: new Date(Date.now() - days * DAY_MS) } });
  return { id: key.id, secret };
}

async function callFrom(secret: string, ...addresses: string[]): Promise<void> {
  for (const address of addresses)
    await api.call("/key", { headers: { "x-forwarded-for": address, "user-agent": "worker/1" } }, secret);
  await flushUsage();
}

const NEWS = "API key used from a new network: Production App";

test("an owner is notified once about a new network of a key", async () => {
  const { id, secret } = await keyOfAge(8);
  await callFrom(secret, "203.0.113.7", "198.51.100.7");
  await noticeNewNetworks();
  expect(await takeSubjects(ada.id)).toEqual([]);
  await callFrom(secret, "203.0.113.200", "192.0.2.1", "2001:db8:1:2::3");
  await noticeNewNetworks();
  const [mail, ...more] = await takeMails(ada.id);
  expect(more).toEqual([]);
  expect(mail).toMatchObject({ subject: NEWS, link: { path: `/settings/developer/${id}` } });
  expect(mail?.paragraphs[1]?.split("\n").sort()).toEqual([
    expect.stringMatching(/^• "Production App" \(gt_.{4}…\) from 192\.0\.2\.0\/24 by worker\/1$/),
    expect.stringContaining("2001:db8:1::/48"),
  ]);
  await callFrom(secret, "192.0.2.9");
  await noticeNewNetworks();
  expect(await takeSubjects(ada.id)).toEqual([]);
});

test("in a key's first week, its networks are only recorded", async () => {
  const { id, secret } = await keyOfAge(6);
  await callFrom(secret, "203.0.113.7");
  await noticeNewNetworks();
  await callFrom(secret, "198.51.100.7");
  await noticeNewNetworks();
  await database().apiKey.update({ where: { id }, data: { createdAt: new Date(Date.now() - 8 * DAY_MS) } });
  await noticeNewNetworks();
  expect(await takeSubjects(ada.id)).toEqual([]);
  await callFrom(secret, "192.0.2.1");
  await noticeNewNetworks();
  expect(await takeSubjects(ada.id)).toEqual([NEWS]);
});

test("a key that moves through many networks sends no more notices, and its list stays bounded", async () => {
  const { id, secret } = await keyOfAge(8);
  await database().$executeRaw`
    INSERT INTO "KeyNetwork" ("apiKeyId", "addressPrefix") SELECT ${id}::uuid, '10.0.' || n || '.0/24' FROM generate_series(1, 100) n`;
  await callFrom(secret, "192.0.2.1");
  await noticeNewNetworks();
  expect(await takeSubjects(ada.id)).toEqual([]);
  expect(await database().keyNetwork.count({ where: { apiKeyId: id } })).toBe(100);
});

test("requests with a key that doesn't work, and from where it may not be used, are no news", async () => {
  const keys = [await keyOfAge(8), await keyOfAge(8), await keyOfAge(8), await keyOfAge(8)] as const;
  const [limited, revoked, deleted, disabled] = keys;
  for (const { secret } of keys) await callFrom(secret, "203.0.113.7");
  await noticeNewNetworks();
  const change = (id: string, data: object) => database().apiKey.update({ where: { id }, data });
  await change(limited.id, { allowedNetworks: "203.0.113.0/24 2001:db8::/32" });
  await change(revoked.id, { revokedAt: new Date() });
  await change(deleted.id, { revokedAt: new Date(), deletedAt: new Date() });
  await change(disabled.id, { disabledAt: new Date() });
  await outliveLeases();
  for (const { secret } of keys) await callFrom(secret, "198.51.100.7");
  await noticeNewNetworks();
  expect(await takeSubjects(ada.id)).toEqual([]);
  await change(limited.id, { allowedNetworks: "198.51.100.0/25" });
  await outliveLeases();
  await callFrom(limited.secret, "198.51.100.7");
  await noticeNewNetworks();
  expect(await takeSubjects(ada.id)).toEqual([NEWS]);
});

import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { mailSettings } from "#e2e/support/mail-server.ts";
import { createQuietUser, takeSubjects } from "#e2e/support/queued-mails.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import { charge } from "#lib/credits/store.ts";
import { database } from "#lib/database/client.ts";
import { noticeSpendingCaps } from "#lib/notices/spending-caps.ts";

Object.assign(process.env, mailSettings({ url: "smtp://127.0.0.1:1" }));

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
afterEach(() => {
  vi.unstubAllEnvs();
});

test("an owner is notified once when a key reaches its spending cap, and again for a higher cap or another month", async () => {
  const ada = await createQuietUser();
  const { key } = await createKey(ada.id);
  await createKey(ada.id);
  const setCap = (creditsPerMonth: number) =>
    database().apiKey.update({ where: { id: key.id }, data: { creditsPerMonth } });
  const spend = async (credits: number) => {
    expect(await charge({ userId: ada.id, apiKeyId: key.id, credits, quota: null, cap: null })).toMatchObject({
      ok: true,
    });
    await noticeSpendingCaps();
    return takeSubjects(ada.id);
  };
  const news = ["API key reached its spending cap: Production App"];
  await setCap(10);
  expect(await spend(9)).toEqual([]);
  expect(await spend(1)).toEqual(news);
  expect(await spend(1)).toEqual([]);
  await setCap(20);
  expect(await spend(8)).toEqual([]);
  expect(await spend(1)).toEqual(news);
  await database().spendingCapNotice.update({ where: { apiKeyId: key.id }, data: { month: new Date("2026-01-01") } });
  await noticeSpendingCaps();
  expect(await takeSubjects(ada.id)).toEqual(news);
});

test.each(["Asia/Tokyo", "America/Los_Angeles"])("a process in %s tells it once, too", async (zone) => {
  vi.stubEnv("TZ", zone);
  const ada = await createQuietUser();
  const { key } = await createKey(ada.id);
  await database().apiKey.update({ where: { id: key.id }, data: { creditsPerMonth: 1 } });
  expect(await charge({ userId: ada.id, apiKeyId: key.id, credits: 1, quota: null, cap: null })).toMatchObject({
    ok: true,
  });
  expect([await noticeSpendingCaps(), await noticeSpendingCaps()]).toEqual([1, 0]);
});

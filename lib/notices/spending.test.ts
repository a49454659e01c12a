import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { mailSettings } from "#e2e/support/mail-server.ts";
import { createQuietUser, takeSubjects } from "#e2e/support/queued-mails.ts";
import { CALLER } from "#e2e/support/seed.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { charge, grantCredits } from "#lib/credits/store.ts";
import { database } from "#lib/database/client.ts";
import { noticeSpending } from "#lib/notices/spending.ts";

Object.assign(process.env, mailSettings({ url: "smtp://127.0.0.1:1" }));

let close: () => Promise<void>;
let ada: { id: UserId };
let apiKeyId: string;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createQuietUser();
  apiKeyId = (await createKey(ada.id)).key.id;
});

async function spend(credits: number): Promise<string[]> {
  expect(await charge({ userId: ada.id, apiKeyId, credits, quota: 1_000, cap: null })).toMatchObject({ ok: true });
  await noticeSpending();
  return takeSubjects(ada.id);
}

test("an owner is notified once each at 20% of the credits and at 0, and again after a grant", async () => {
  expect(await spend(79)).toEqual([]);
  expect(await spend(1)).toEqual(["You have 20 credits left"]);
  expect(await spend(10)).toEqual([]);
  expect(await spend(10)).toEqual(["You have no credits left"]);
  await grantCredits(ada.id, 1_000, CALLER);
  expect(await spend(700)).toEqual([]);
  expect(await spend(100)).toEqual(["You have 200 credits left"]);
});

test("an owner is notified at 80% and at 100% of the monthly quota, and again in another month", async () => {
  const setRequests = (requests: number) =>
    database().balance.update({ where: { userId: ada.id }, data: { requests } });
  expect(await spend(1)).toEqual([]);
  await setRequests(799);
  expect(await spend(1)).toEqual(["You've used 80% of your monthly quota"]);
  expect(await spend(1)).toEqual([]);
  await setRequests(999);
  expect(await spend(1)).toEqual(["You've used all of your monthly quota"]);
  await database().spendingNotice.update({ where: { userId: ada.id }, data: { month: new Date("2026-01-01") } });
  await noticeSpending();
  expect(await takeSubjects(ada.id)).toEqual(["You've used all of your monthly quota"]);
});

test("an account whose state doesn't change is written once, not every minute", async () => {
  await spend(1);
  expect(await noticeSpending()).toBe(0);
  await spend(80);
  expect(await noticeSpending()).toBe(0);
});

test("every account that spent recently is checked, and no other", async () => {
  const users = await Promise.all(Array.from({ length: 12 }, (_, i) => createQuietUser(`User${i}`)));
  for (const { id } of users)
    expect(await charge({ userId: id, apiKeyId, credits: 100, quota: null, cap: null })).toMatchObject({ ok: true });
  await noticeSpending();
  for (const { id } of users) expect(await takeSubjects(id)).toEqual(["You have no credits left"]);
});

import { describe, expect, test } from "vitest";
import { judge, type Noticed } from "#lib/notices/model/spent.ts";

const MONTH = "2026-11-01";
const QUOTA = 1_000;
const noticedBefore = (noticed: Partial<Noticed> = {}): Noticed => ({
  credits: 100,
  creditsLevel: 100,
  month: MONTH,
  quotaLevel: 0,
  ...noticed,
});
const withCredits = (credits: number, noticed: Noticed | null = noticedBefore(), afterAdding: number | null = 100) =>
  judge({ credits, afterAdding, month: MONTH, requests: 0, noticed }, QUOTA);
const withRequests = (requests: number, noticed: Noticed | null = noticedBefore(), quota: number | null = QUOTA) =>
  judge({ credits: 100, afterAdding: 100, month: MONTH, requests, noticed }, quota);

describe("a notice about credits is due", () => {
  test.each([
    [21, false, 100],
    [20, true, 20],
    [1, true, 20],
    [0, true, 0],
  ])("at 20%% and at 0 of 100: %i", (credits, isNews, creditsLevel) => {
    expect(withCredits(credits)).toMatchObject({ news: { credits: isNews }, noticed: { creditsLevel } });
    expect(withCredits(credits, null).news.credits).toBe(isNews);
  });

  test("once, also after a refund", () => {
    const low = noticedBefore({ creditsLevel: 20 });
    expect(withCredits(15, low).news.credits).toBe(false);
    const refunded = withCredits(60, low).noticed;
    expect(withCredits(10, refunded).news.credits).toBe(false);
    expect(withCredits(0, refunded).news.credits).toBe(true);
  });

  test("again after credits were added", () => {
    const none = noticedBefore({ creditsLevel: 0 });
    expect(withCredits(500, none, 500)).toMatchObject({ news: { credits: false }, noticed: { credits: 500 } });
    expect(withCredits(100, withCredits(500, none, 500).noticed, 500).news.credits).toBe(true);
  });

  test("based on the first balance seen, if the added credits aren't known", () => {
    const first = withCredits(50, null, null);
    expect(first).toMatchObject({ news: { credits: false }, noticed: { credits: 50 } });
    expect(withCredits(10, first.noticed, null).news.credits).toBe(true);
  });

  test("never for an account that never had credits", () => {
    expect(withCredits(0, null, 0).news.credits).toBe(false);
  });
});

describe("a notice about the quota is due", () => {
  test.each([
    [799, false, 0],
    [800, true, 80],
    [999, true, 80],
    [1_000, true, 100],
  ])("at 80%% and at 100%% of 1,000: %i", (requests, isNews, quotaLevel) => {
    expect(withRequests(requests)).toMatchObject({ news: { quota: isNews }, noticed: { quotaLevel } });
  });

  test("once a month", () => {
    const near = noticedBefore({ quotaLevel: 80 });
    expect(withRequests(900, near).news.quota).toBe(false);
    expect(withRequests(1_000, near).news.quota).toBe(true);
    expect(withRequests(900, { ...near, month: "2026-10-01" }).news.quota).toBe(true);
  });

  test.each([null, 0])("never without a quota: %s", (quota) => {
    expect(withRequests(5_000, noticedBefore(), quota).news.quota).toBe(false);
  });
});

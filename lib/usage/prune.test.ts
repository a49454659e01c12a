import { describe, expect, test } from "vitest";
import { givenRequestNotes, HOUR } from "#e2e/support/request-notes.ts";
import { createUser } from "#e2e/support/test-database.ts";
import { database, pool } from "#lib/database/client.ts";
import { pruneUsageAccountDays, pruneUsageDays, pruneUsageHours, pruneUsageKeyMonths } from "#lib/usage/prune.ts";
import { pruneCallers, pruneRejections } from "#lib/usage/prune-traces.ts";
import { flushUsage, recordRequest } from "#lib/usage/recorder.ts";

const { userId, apiKeyId, note } = givenRequestNotes();

describe("pruning", () => {
  test("keeps hours for 90 days and days for 2 years", async () => {
    recordRequest(note({ at: HOUR }));
    await flushUsage();
    const set = (statement: string) => pool().query(`UPDATE ${statement} WHERE "apiKeyId" = $1`, [apiKeyId()]);
    const kept = async () => [
      await database().usageHour.count({ where: { apiKeyId: apiKeyId() } }),
      await database().usageDay.count({ where: { apiKeyId: apiKeyId() } }),
    ];
    await set(`"UsageHour" SET "hour" = now() - interval '89 days 23 hours'`);
    await set(`"UsageDay" SET "day" = (now() AT TIME ZONE 'UTC')::date - 730`);
    await Promise.all([pruneUsageHours(), pruneUsageDays()]);
    expect(await kept()).toEqual([1, 1]);
    await set(`"UsageHour" SET "hour" = "hour" - interval '2 hours'`);
    await set(`"UsageDay" SET "day" = "day" - 1`);
    await Promise.all([pruneUsageHours(), pruneUsageDays()]);
    expect(await kept()).toEqual([0, 0]);
  });

  test("keeps the sums of days and months for 2 years, too", async () => {
    recordRequest(note({ at: HOUR }));
    await flushUsage();
    const kept = async () => [
      await database().usageAccountDay.count({ where: { userId: userId() } }),
      await database().usageKeyMonth.count({ where: { userId: userId() } }),
    ];
    const age = async (days: number) => {
      const today = `(now() AT TIME ZONE 'UTC')::date`;
      await pool().query(`UPDATE "UsageAccountDay" SET "day" = ${today} - ${days} WHERE "userId" = $1`, [userId()]);
      await pool().query(
        `UPDATE "UsageKeyMonth" SET "month" = date_trunc('month', (${today} - ${days})::timestamp)::date WHERE "userId" = $1`,
        [userId()],
      );
    };
    await age(730);
    await Promise.all([pruneUsageAccountDays(), pruneUsageKeyMonths()]);
    expect(await kept()).toEqual([1, 1]);
    await age(765);
    await Promise.all([pruneUsageAccountDays(), pruneUsageKeyMonths()]);
    expect(await kept()).toEqual([0, 0]);
  });

  test("keeps the latest 1,000 rejections of an account and the latest 20 callers of a key", async () => {
    const bob = await createUser("Bob");
    for (let i = 0; i < 60; i += 1) {
      for (let j = 0; j < 20; j += 1)
        recordRequest(note({ outcome: "expired", authenticated: false, at: HOUR + i * 1_000, agent: `agent ${i}` }));
      await flushUsage();
    }
    recordRequest(note({ outcome: "expired", userId: bob.id, at: HOUR - 1_000 }));
    await flushUsage();
    await Promise.all([pruneCallers(), pruneRejections()]);
    expect(await database().rejection.count({ where: { userId: userId() } })).toBe(1_000);
    expect(await database().rejection.count({ where: { userId: bob.id } })).toBe(1);
    const callers = await database().usageCaller.findMany({
      where: { apiKeyId: apiKeyId() },
      orderBy: { lastSeenAt: "asc" },
    });
    expect(callers.length).toBe(20);
    expect(callers.at(0)?.userAgent).toBe("agent 40");
  });
});

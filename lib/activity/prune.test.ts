import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { pruneActivity } from "#lib/activity/prune.ts";
import { database } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

async function recordedDaysAgo(days: number): Promise<string> {
  const ada = await createUser();
  const { id } = await database().activity.create({
    data: {
      userId: ada.id,
      actor: "user",
      action: "account.created",
      createdAt: new Date(Date.now() - days * DAY_MS),
    },
  });
  return id;
}

describe("activity", () => {
  test("is removed after its days and not before", async () => {
    const old = await recordedDaysAgo(400.01);
    const recent = await recordedDaysAgo(399.99);
    expect(await pruneActivity(undefined, 400)).toBe(1);
    const left = await database().activity.findMany({ where: { id: { in: [old, recent] } } });
    expect(left.map(({ id }) => id)).toEqual([recent]);
  });

  test("is removed to the last row, however many they are", async () => {
    const ada = await createUser();
    await database().$executeRaw`
      INSERT INTO "Activity" ("id", "userId", "actor", "action", "createdAt")
      SELECT gen_random_uuid(), ${ada.id}::uuid, 'user', 'account.created', now() - interval '500 days' FROM generate_series(1, 5001)`;
    expect(await pruneActivity(undefined, 400)).toBe(5_001);
  });

  test("can't be changed or deleted in any other way, also right after a pruning", async () => {
    const id = await recordedDaysAgo(1);
    await pruneActivity(undefined, 400);
    const rejection = /can not be changed or deleted/;
    await expect(database().activity.delete({ where: { id } })).rejects.toThrow(rejection);
    await expect(database().activity.update({ where: { id }, data: { action: "x" } })).rejects.toThrow(rejection);
    await expect(database().$executeRaw`TRUNCATE "Activity"`).rejects.toThrow(rejection);
  });
});

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { exportApiKeys } from "#lib/api-keys/list.ts";
import { DEFAULT_VIEW, type ListQuery, SORT_COLUMNS } from "#lib/api-keys/model/list-view.ts";
import { database } from "#lib/database/client.ts";

/** More than two pages of an export. */
const KEYS = 1_100;

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

/**
 * Adds keys named "key 0000" and so on, the latest first, each used an hour before the one above
 * it.
 */
async function userWithKeys(): Promise<UserId> {
  const { id: userId } = await createUser();
  const now = Date.now();
  await database().apiKey.createMany({
    data: Array.from({ length: KEYS }, (_, i) => ({
      userId,
      name: `key ${String(i).padStart(4, "0")}`,
      environment: "production" as const,
      prefix: "gt_aaaa",
      hash: new Uint8Array(randomBytes(32)),
      createdAt: new Date(now - i * 60_000),
      lastUsedAt: new Date(now - (i + 1) * 3_600_000),
    })),
  });
  return userId;
}

/** Returns the names in an export, and calls a function after each of its pages. */
async function exported(userId: UserId, view: Partial<ListQuery>, afterPage?: (page: number) => Promise<unknown>) {
  const names: string[] = [];
  let page = 0;
  for await (const rows of exportApiKeys(userId, { ...DEFAULT_VIEW, ...view }, new Date())) {
    names.push(...rows.map(({ name }) => name));
    await afterPage?.(++page);
  }
  return names;
}
const all = Array.from({ length: KEYS }, (_, i) => `key ${String(i).padStart(4, "0")}`);

describe("an export of more keys than a page has each of them once", () => {
  test.each(
    SORT_COLUMNS.flatMap((sort) => [{ sort, direction: "asc" } as const, { sort, direction: "desc" } as const]),
  )("by $sort, $direction", async (view) => {
    const names = await exported(await userWithKeys(), view);
    expect(names).toHaveLength(KEYS);
    expect([...names].sort()).toEqual(all);
  });

  test.each([
    ["asc", all],
    ["desc", all.toReversed()],
  ] as const)("in the order of the list: by name, %s", async (direction, names) => {
    expect(await exported(await userWithKeys(), { sort: "name", direction })).toEqual(names);
  });

  test("while the last ones are used, which moves them to the front", async () => {
    const userId = await userWithKeys();
    const use = (page: number) =>
      database().apiKey.updateMany({
        where: { userId, name: { in: all.slice(-50 * page) } },
        data: { lastUsedAt: new Date() },
      });
    expect(await exported(userId, { sort: "lastUsed", direction: "desc" }, use)).toEqual(all);
  });

  test("while others are deleted and created", async () => {
    const userId = await userWithKeys();
    const change = async (page: number) => {
      await database().apiKey.updateMany({
        where: { userId, name: { in: all.slice(100 * (page - 1), 100 * page) } },
        data: { deletedAt: new Date() },
      });
      await database().apiKey.create({
        data: {
          userId,
          name: "created meanwhile",
          environment: "staging",
          prefix: "gt_aaaa",
          hash: new Uint8Array(randomBytes(32)),
        },
        select: { id: true },
      });
    };
    const names = await exported(userId, {}, change);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(all.slice(300)));
    expect(names).not.toContain("created meanwhile");
  });

  test("while what the view filters by changes", async () => {
    const userId = await userWithKeys();
    const revoke = () =>
      database().apiKey.updateMany({
        where: { userId, name: { in: all.slice(0, 50) }, revokedAt: null },
        data: { revokedAt: new Date() },
      });
    expect(await exported(userId, { status: "active" }, revoke)).toEqual(all);
  });
});

test("a key that is deleted before its page is read is not exported, and another user's never is", async () => {
  const userId = await userWithKeys();
  await userWithKeys();
  const last = all.at(-1) as string;
  const names = await exported(userId, {}, () =>
    database().apiKey.updateMany({ where: { userId, name: last }, data: { deletedAt: new Date() } }),
  );
  expect(names).toEqual(all.slice(0, -1));
});

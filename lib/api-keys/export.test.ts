import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPerson, useOwnDatabase } from "#e2e/support/test-database.ts";
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

/** Keys named "key 0000" and so on, the latest first, each used an hour before the one above it. */
async function personWithKeys(): Promise<UserId> {
  const { id: userId } = await createPerson();
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

/** The names that an export has, with something that happens after each of its pages. */
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
    const names = await exported(await personWithKeys(), view);
    expect(names).toHaveLength(KEYS);
    expect([...names].sort()).toEqual(all);
    if (view.sort === "name") expect(names).toEqual(view.direction === "asc" ? all : [...all].reverse());
  });

  test("while the last ones are used, which moves them to the front", async () => {
    const userId = await personWithKeys();
    const use = (page: number) =>
      database().apiKey.updateMany({
        where: { userId, name: { in: all.slice(-50 * page) } },
        data: { lastUsedAt: new Date() },
      });
    expect(await exported(userId, { sort: "lastUsed", direction: "desc" }, use)).toEqual(all);
  });

  test("while others are deleted and made", async () => {
    const userId = await personWithKeys();
    const change = async (page: number) => {
      await database().apiKey.updateMany({
        where: { userId, name: { in: all.slice(100 * (page - 1), 100 * page) } },
        data: { deletedAt: new Date() },
      });
      await database().apiKey.create({
        data: {
          userId,
          name: "made meanwhile",
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
    expect(names).not.toContain("made meanwhile");
  });

  test("while what the view filters by changes", async () => {
    const userId = await personWithKeys();
    const revoke = () =>
      database().apiKey.updateMany({
        where: { userId, name: { in: all.slice(0, 50) }, revokedAt: null },
        data: { revokedAt: new Date() },
      });
    expect(await exported(userId, { status: "active" }, revoke)).toEqual(all);
  });
});

test("a key that is deleted before its page is read is not exported, and another person's never is", async () => {
  const userId = await personWithKeys();
  await personWithKeys();
  const last = all.at(-1) as string;
  const names = await exported(userId, {}, () =>
    database().apiKey.updateMany({ where: { userId, name: last }, data: { deletedAt: new Date() } }),
  );
  expect(names).toEqual(all.slice(0, -1));
});

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createPerson, useOwnDatabase } from "#e2e/test-database.ts";
import { exportMovements, listMovements } from "#lib/credits/ledger.ts";
import { charge, findRemaining } from "#lib/credits/store.ts";
import { pool } from "#lib/database/client.ts";

let close: () => Promise<void>;
let ada: { id: string };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createPerson();
});

const spend = (credits: number) => charge({ userId: ada.id, apiKeyId: randomUUID(), credits, quota: null });
const amounts = (rows: { amount: number }[]) => rows.map(({ amount }) => amount);

describe("the ledger", () => {
  test("is listed page by page, the latest first, with the number of all", async () => {
    for (const credits of [1, 2, 3]) await spend(credits);
    const pages = await Promise.all([0, 3, 6].map((offset) => listMovements(ada.id, { limit: 3, offset })));
    expect(pages.map(({ rows }) => amounts(rows))).toEqual([[-3, -2, -1], [100], []]);
    expect(pages.map(({ matching }) => matching)).toEqual([4, 4, 4]);
  });

  test("is exported whole, each movement once, also of one instant and while credits are spent", async () => {
    await pool().query(
      `INSERT INTO "CreditMovement" ("userId", "kind", "amount", "createdAt")
       SELECT $1, 'granted', i, now() - interval '1 day' * (i / 700) FROM generate_series(1, 1200) i`,
      [ada.id],
    );
    const before = (await listMovements(ada.id, { limit: 2_000, offset: 0 })).rows;
    const exported: typeof before = [];
    let pages = 0;
    for await (const rows of exportMovements(ada.id)) {
      exported.push(...rows);
      pages += 1;
      await spend(1);
    }
    expect(pages).toBe(3);
    expect(exported).toEqual(before);
    expect(exported).toHaveLength(1_201);
  });

  test("holds one's own movements only, whose sum is the balance", async () => {
    await createPerson("Bob");
    await spend(7);
    for await (const rows of exportMovements(ada.id)) expect(amounts(rows)).toEqual([-7, 100]);
    expect((await findRemaining(ada.id, null))?.credits).toBe(93);
  });
});

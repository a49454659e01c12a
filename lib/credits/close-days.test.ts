import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { closeDays } from "#lib/credits/close-days.ts";
import { pool } from "#lib/database/client.ts";

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

const DAYS = 600;

async function readDays(): Promise<{ userId: UserId; closing: number | null; expected: number; age: number }[]> {
  const { rows } = await pool().query(
    `SELECT "userId", "closing"::float8 AS "closing", (now() AT TIME ZONE 'UTC')::date - "day" AS "age",
       (sum("added" + "refunded" - "charged") OVER (PARTITION BY "userId" ORDER BY "day"))::float8 AS "expected"
     FROM "CreditDayTotal"`,
  );
  return rows;
}

test("every day that ended a day ago is closed for every account, and again after a late movement", async () => {
  const users: { id: string }[] = [];
  for (let i = 0; i < 25; i += 1) users.push(await createUser());
  await pool().query(
    `INSERT INTO "CreditDayTotal" ("userId", "day", "added", "charged")
     SELECT "id", (now() AT TIME ZONE 'UTC')::date - ago, ago % 7, ago % 3 FROM unnest($1::uuid[]) "id", generate_series(1, $2::int) ago`,
    [users.map(({ id }) => id), DAYS],
  );
  const expectClosed = async () => {
    const days = await readDays();
    expect(days.length).toBeGreaterThanOrEqual(users.length * DAYS);
    expect(days.map(({ closing }) => closing)).toEqual(days.map(({ expected, age }) => (age >= 2 ? expected : null)));
  };
  expect(await closeDays()).toBe(users.length * (DAYS - 1));
  await expectClosed();
  expect(await closeDays()).toBe(0);
  await pool().query(
    `INSERT INTO "CreditMovement" ("userId", "kind", "amount", "createdAt") VALUES ($1, 'granted', 5, now() - interval '300 days')`,
    [users[3]?.id],
  );
  await closeDays();
  await expectClosed();
});

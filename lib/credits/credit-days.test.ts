import { randomUUID } from "node:crypto";
import { cp, readdir } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { charge, grantCredits, refund, reserve } from "#lib/credits/store.ts";
import { connectDatabase, disconnectDatabase, pool } from "#lib/database/client.ts";
import { openClient } from "#lib/database/connection.ts";
import { migrate } from "#lib/database/migrate.ts";
import { cancelCharge } from "#lib/unconfirmed-writes/cancel-charge.ts";

const MIGRATIONS = "prisma/migrations";
const OPERATOR = { actor: "operator", address: null, userAgent: null } as const;
const MISMATCHES = `
  WITH "sum" AS (
    SELECT "userId", ("createdAt" AT TIME ZONE 'UTC')::date AS "day",
      coalesce("apiKeyId", '00000000-0000-0000-0000-000000000000') AS "apiKeyId", sum("amount") AS "net"
    FROM "CreditMovement" GROUP BY 1, 2, 3 HAVING sum("amount") <> 0
  ), "day" AS (
    SELECT "userId", "day", "apiKeyId", "added" + "refunded" - "charged" AS "net" FROM "CreditDay"
    WHERE "added" + "refunded" <> "charged"
  )
  SELECT * FROM "sum" FULL JOIN "day" USING ("userId", "day", "apiKeyId") WHERE "sum"."net" IS DISTINCT FROM "day"."net"`;
const TOTAL_MISMATCHES = `
  WITH "sum" AS (
    SELECT "userId", "day", sum("charged") AS "charged", sum("refunded") AS "refunded", sum("added") AS "added",
      sum(sum("added" + "refunded" - "charged")) OVER (PARTITION BY "userId" ORDER BY "day") AS "closing"
    FROM "CreditDay" GROUP BY 1, 2
  )
  SELECT * FROM "sum" s FULL JOIN "CreditDayTotal" t USING ("userId", "day")
  WHERE (s."charged", s."refunded", s."added", s."closing")
    IS DISTINCT FROM (t."charged", t."refunded", t."added", coalesce(t."closing", s."closing"))`;

let url: string;
let drop: () => Promise<void>;
let client: pg.Client;
afterEach(async () => {
  await disconnectDatabase();
  await client.end();
  await drop();
});

async function expectDaysToAgree(): Promise<void> {
  for (const mismatches of [MISMATCHES, TOTAL_MISMATCHES]) expect((await client.query(mismatches)).rows).toEqual([]);
  const { rows } = await client.query(`
    SELECT b."userId", b."credits", sum(d."added" + d."refunded" - d."charged")::int AS "sum"
    FROM "Balance" b LEFT JOIN "CreditDay" d USING ("userId") GROUP BY 1`);
  for (const { credits, sum } of rows) expect(sum).toBe(credits);
}

beforeEach(async () => {
  ({ url, drop } = await createDatabase());
  client = await openClient(url);
  connectDatabase(url, 10);
});

test("every kind of movement counts in its day at once", async () => {
  const ada = await createUser();
  const spending = { userId: ada.id, apiKeyId: randomUUID(), credits: 3, quota: null, cap: null };
  await charge(spending);
  await grantCredits(ada.id, 50, OPERATOR);
  const reserved = await reserve(spending, 60);
  await expectDaysToAgree();
  if (reserved.ok) await refund(ada.id, reserved.value.id);
  const unconfirmed = randomUUID();
  await charge(spending, unconfirmed);
  await Promise.all([
    cancelCharge(unconfirmed, spending),
    cancelCharge(unconfirmed, spending),
    cancelCharge(randomUUID(), spending),
  ]);
  await expectDaysToAgree();
});

const UPGRADES = [
  ["credits by day", "20261126163601"],
  ["credits by day of all keys", "20261126182101"],
] as const;
test.each(UPGRADES)(
  "an upgrade to %s adds up what was there, while processes of the version before go on charging",
  async (_, upgrade) => {
    await disconnectDatabase();
    await client.end();
    await drop();
    ({ url, drop } = await createDatabase("template0"));
    client = await openClient(url);
    const before = await temporaryDirectory();
    for (const name of await readdir(MIGRATIONS))
      if (name < upgrade || name === "migration_lock.toml")
        await cp(path.join(MIGRATIONS, name), path.join(before.directory, name), { recursive: true });
    await migrate(url, before.directory);
    await before.remove();
    connectDatabase(url, 10);

    // By columns that every version has.
    const { rows: users } = await pool().query<{ id: UserId }>(`
      WITH "user" AS (
        INSERT INTO "User" ("id", "email", "name", "tier") SELECT gen_random_uuid(), n || '@example.com', 'Ada', 'free' FROM generate_series(1, 3) n RETURNING "id"
      ), "balance" AS (
        INSERT INTO "Balance" ("userId", "credits", "month") SELECT "id", 0, date_trunc('month', now() AT TIME ZONE 'UTC')::date FROM "user"
      ), "granted" AS (
        INSERT INTO "CreditMovement" ("userId", "kind", "amount") SELECT "id", 'granted', 1000000 FROM "user"
      )
      SELECT "id" FROM "user"`);
    const keys = Array.from({ length: 50 }, () => randomUUID());
    await pool().query(
      `INSERT INTO "CreditMovement" ("userId", "kind", "amount", "apiKeyId", "createdAt")
     SELECT ($1::uuid[])[1 + n % 3], 'charged', -1, ($2::uuid[])[1 + n % 50], now() - make_interval(hours => n % 1000)
     FROM generate_series(1, 25000) n`,
      [users.map(({ id }) => id), keys],
    );
    await pool().query(
      `UPDATE "Balance" b SET "credits" = (SELECT sum("amount") FROM "CreditMovement" m WHERE m."userId" = b."userId")`,
    );

    let over = false;
    const charging = users.map(async ({ id: userId }, i) => {
      while (!over) await charge({ userId, apiKeyId: keys[i] as string, credits: 1, quota: null, cap: null });
    });
    await migrate(url, MIGRATIONS);
    over = true;
    await Promise.all(charging);
    await expectDaysToAgree();
  },
);

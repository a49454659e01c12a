import { afterAll, beforeAll, expect, test } from "vitest";
import { type FilledAccount, fillLargeAccounts } from "#e2e/load/large-accounts.ts";
import { createDatabase } from "#e2e/support/test-database.ts";
import { asUserId } from "#lib/accounts/model/user-id.ts";
import { verifyPassword } from "#lib/accounts/password.ts";
import { findApiKeyByHash } from "#lib/api-keys/list.ts";
import { hashSecret } from "#lib/api-keys/secret.ts";
import { connectDatabase, database, disconnectDatabase, pool } from "#lib/database/client.ts";

let filled: { large: FilledAccount; small: FilledAccount };
let drop: () => Promise<void>;

beforeAll(async () => {
  const made = await createDatabase();
  drop = made.drop;
  filled = await fillLargeAccounts(made.url, 0.002);
  connectDatabase(made.url, 4);
});
afterAll(async () => {
  await disconnectDatabase();
  await drop();
});

const count = async (table: string, where: string) =>
  (await pool().query<{ n: number }>(`SELECT count(*)::int AS "n" FROM "${table}" WHERE ${where}`)).rows[0]?.n;

test("has as many rows as its factor says, and ten of each in the small account", async () => {
  for (const [account, charges, activity, keys] of [
    [filled.large, 40_000, 10_000, 20],
    [filled.small, 10, 10, 10],
  ] as const) {
    const owned = `"userId" = '${account.id}'`;
    expect(await count("CreditMovement", `${owned} AND "kind" = 'charged'`)).toBe(charges);
    expect(await count("Activity", owned)).toBe(activity);
    expect(await count("ApiKey", owned)).toBe(keys);
    expect(await count("ApiKey", `${owned} AND "scopes" IS NOT NULL`)).toBe(Math.floor(keys / 3));
  }
});

/** An account has only a few rows in these tables. */
const SMALL_TABLES = [
  "EmailLink",
  "ExpiryNotice",
  "IdleNotice",
  "KeyNetwork",
  "LeakReport",
  "Mail",
  "PasswordLink",
  "ProviderIdentity",
  "Reservation",
  "SpendingCapNotice",
  "SpendingNotice",
];

test("has rows in every table that belongs to an account or a key", async () => {
  const { rows: tables } = await pool().query<{ table: string; owner: string }>(`
    SELECT DISTINCT ON (table_name) table_name AS "table", column_name AS "owner" FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name IN ('userId', 'apiKeyId') ORDER BY table_name, column_name DESC`);
  const empty: string[] = [];
  for (const { table, owner } of tables)
    for (const { id } of [filled.large, filled.small]) {
      const owned =
        owner === "userId"
          ? `"userId" = '${id}'`
          : `"apiKeyId" IN (SELECT "id" FROM "ApiKey" WHERE "userId" = '${id}')`;
      if ((await count(table, owned)) === 0) empty.push(table);
    }
  expect([...new Set(empty)]).toEqual(SMALL_TABLES);
});

test("keeps the balance, the ledger and its days equal", async () => {
  const { rows } = await pool().query(`
    SELECT "credits", (SELECT sum("amount")::int FROM "CreditMovement" m WHERE m."userId" = b."userId") AS "ledger",
      (SELECT sum("added" + "refunded" - "charged")::int FROM "CreditDay" d WHERE d."userId" = b."userId") AS "days"
    FROM "Balance" b`);
  expect(rows).toHaveLength(2);
  for (const { credits, ledger, days } of rows) {
    expect(credits).toBeGreaterThan(0);
    expect([ledger, days]).toEqual([credits, credits]);
  }
});

test("counts in the days what it counts in the hours", async () => {
  const { rows } = await pool().query(`
    SELECT "apiKeyId", ("hour" AT TIME ZONE 'UTC')::date AS "day", "outcome", sum(h."requests") AS "hours", d."requests" AS "day"
    FROM "UsageHour" h JOIN "UsageDay" d USING ("apiKeyId", "outcome")
    WHERE d."day" = (h."hour" AT TIME ZONE 'UTC')::date GROUP BY 1, 2, 3, d."requests" HAVING sum(h."requests") <> d."requests"`);
  expect(rows).toEqual([]);
  const { rows: days } = await pool().query(
    `
    SELECT count(DISTINCT "day")::int AS "days" FROM "UsageDay" d JOIN "ApiKey" k ON k."id" = d."apiKeyId" WHERE "userId" = $1`,
    [filled.large.id],
  );
  expect(days[0].days).toBe(732);
});

test("has accounts that can sign in, with keys that work", async () => {
  for (const { id, email, password, secret, keyId } of [filled.large, filled.small]) {
    const user = await database().user.findUniqueOrThrow({
      where: { email },
      select: { id: true, passwordHash: true },
    });
    expect(user.id).toBe(id);
    expect(await verifyPassword(user.passwordHash, password, null)).toBe(true);
    const key = await findApiKeyByHash(asUserId(id), Buffer.from(hashSecret(secret)).toString("hex"));
    expect(key).toMatchObject({ id: keyId, revokedAt: null });
  }
});

test("leaves all indexes in use and all triggers and foreign keys at work", async () => {
  const { rows } = await pool().query(
    "SELECT indexrelid::regclass FROM pg_index WHERE NOT (indisvalid AND indisready)",
  );
  expect(rows).toEqual([]);
  await expect(pool().query(`DELETE FROM "CreditMovement"`)).rejects.toThrow("can not be changed");
  await expect(
    pool().query(`INSERT INTO "Session" ("userId", "address", "userAgent") VALUES (gen_random_uuid(), '', '')`),
  ).rejects.toThrow();
});

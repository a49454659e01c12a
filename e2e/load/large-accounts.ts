import { randomUUID } from "node:crypto";
import type pg from "pg";
import { type AccountSize, FILLS, type SizedAccount } from "#e2e/load/large-account-rows.ts";
import { hashPassword } from "#lib/accounts/password.ts";
import { generateSecret, hashSecret } from "#lib/api-keys/secret.ts";
import { openClient } from "#lib/database/connection.ts";

const LARGE: AccountSize = {
  charges: 20_000_000,
  activity: 5_000_000,
  keys: 10_000,
  days: 730,
  sessions: 10_000,
  answers: 100_000,
};
const SMALL: AccountSize = { charges: 10, activity: 10, keys: 10, days: 10, sessions: 10, answers: 10 };
/** Active keys, as many as MAX_ACTIVE_KEYS allows. The older ones are revoked. */
const ACTIVE_KEYS = 1_000;

/** Every third key has restrictions. */
const RESTRICTED_EACH = 3;

export type FilledAccount = {
  id: string;
  email: string;
  password: string;
  /** The latest key, which is active, and its id. */
  secret: string;
  keyId: string;
};

/**
 * Fills a migrated database with an account of 20 million charges, 5 million activity records and
 * 10,000 keys with two years of usage, and with one that has ten of each. `factor` scales the large
 * one: 0.01 makes 200,000 charges and 100 keys, over two years as well. Factor 1 takes minutes and
 * some 10 GB. Needs a superuser of PostgreSQL, and no other writers.
 */
export async function fillLargeAccounts(
  url: string,
  factor = 1,
): Promise<{ large: FilledAccount; small: FilledAccount }> {
  const client = await openClient(url);
  const tables = [...new Set(FILLS.map(({ table }) => table))];
  try {
    // Triggers, foreign keys and waits for the disk are off, and indexes are rebuilt at the end.
    await client.query(`SET session_replication_role = replica; SET synchronous_commit = off; SET work_mem = '256MB';
      SET maintenance_work_mem = '512MB'; SET jit = off; CREATE TEMPORARY TABLE "Key" ("place" int PRIMARY KEY, "id" uuid)`);
    const scaled = Object.entries(LARGE).map(([name, size]) => [
      name,
      name === "days" ? size : Math.ceil(size * factor),
    ]);
    await setIndexes(client, tables, false);
    const large = await fillAccount(client, "large", Object.fromEntries(scaled) as AccountSize);
    const small = await fillAccount(client, "small", SMALL);
    await setIndexes(client, tables, true);
    for (const table of [...tables, "User", "ApiKey"]) await client.query(`VACUUM (ANALYZE) "${table}"`);
    return { large, small };
  } finally {
    await client.end();
  }
}

async function fillAccount(client: pg.Client, name: string, size: AccountSize): Promise<FilledAccount> {
  const account: SizedAccount = { ...size, id: randomUUID() };
  const filled = {
    id: account.id,
    email: `${name}@example.com`,
    password: "correct horse battery",
    secret: generateSecret(),
  };
  await client.query(
    `INSERT INTO "User" ("id", "email", "name", "passwordHash", "tier", "createdAt", "keysMade")
     VALUES ($1, $2, $3, $4, 'free', now() - $5 * interval '1 day', $6)`,
    [filled.id, filled.email, name, await hashPassword(filled.password, null), size.days, size.keys],
  );
  await client.query(
    `INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash", "createdAt", "lastUsedAt", "lastUsedAddress",
       "lastUsedAgent", "revokedAt", "scopes", "allowedNetworks", "requestsPerMinute", "creditsPerMonth")
     SELECT uuidv7(-age), $1::uuid, 'Key ' || i, 'production', $4::text, CASE i WHEN 1 THEN $5 ELSE sha256(($1::text || i)::bytea) END,
       now() - age, now() - i * interval '1 second', '203.0.113.0/24', 'python-requests/2.32.3',
       CASE WHEN i > ${ACTIVE_KEYS} THEN now() - i * interval '1 second' END, r.*
     FROM generate_series(1, $2::int) i CROSS JOIN LATERAL (SELECT i * $3::float8 * interval '1 day' / $2 AS age) a
     LEFT JOIN (VALUES ('images:write', '203.0.113.0/24 2001:db8::/32', 10, 1000)) r ON i % ${RESTRICTED_EACH} = 0`,
    [filled.id, size.keys, size.days, filled.secret.slice(0, 7), hashSecret(filled.secret)],
  );
  await client.query('TRUNCATE "Key"');
  const { rows: keys } = await client.query<{ id: string }>(
    `INSERT INTO "Key" SELECT row_number() OVER (ORDER BY "createdAt" DESC) - 1, "id" FROM "ApiKey" WHERE "userId" = $1 RETURNING "id"`,
    [filled.id],
  );
  await client.query('ANALYZE "Key"');
  for (const { table, columns, rows } of FILLS)
    await client.query(`INSERT INTO "${table}" (${columns}) ${rows(account)}`);
  return { ...filled, keyId: keys[0]?.id as string };
}

/**
 * Disables the indexes of tables, or rebuilds them: one sort of all rows costs less than a place
 * for each.
 */
async function setIndexes(client: pg.Client, tables: string[], used: boolean): Promise<void> {
  if (used) for (const table of tables) await client.query(`REINDEX TABLE "${table}"`);
  else
    await client.query(
      `UPDATE pg_index SET indisready = false, indisvalid = false WHERE indrelid = ANY (SELECT format('%I', t)::regclass FROM unnest($1::text[]) t)`,
      [tables],
    );
}

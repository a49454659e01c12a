import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import {
  CACHED_FIELDS,
  type CacheQuery,
  type CacheStatement,
  queryChanges,
  queryKeys,
} from "#lib/api-keys/key-cache-queries.ts";
import { pool } from "#lib/database/client.ts";

let close: () => Promise<void>;
let statements: CacheStatement[];
beforeAll(async () => {
  close = await useOwnDatabase();
  statements = [];
  const collect = (async (statement: CacheStatement) => statements.push(statement)) as unknown as CacheQuery;
  await queryChanges(collect, { since: "9000000", open: ["1"] }, ["00", "01"]);
  await queryKeys(collect, ["00", "01"]);
});
afterAll(() => close());

const WITH_TRIGGER =
  'in a migration with CREATE OR REPLACE TRIGGER "mark_changed". It repeats all columns of the newest migration that has it';

/** Columns that no statement changes once the row exists. */
const WRITTEN_ONCE = ["ApiKey.id", "ApiKey.userId", "ApiKey.prefix", "ApiKey.createdAt", "ApiKey.decoy"];

test("the triggers that mark changes name each column that caches read and that can change", async () => {
  const tables = { k: "ApiKey", u: "User" };
  const read = Object.values(CACHED_FIELDS).flatMap((sql) =>
    [...sql.matchAll(/\b([ku])\."(\w+)"/g)].map(([, alias, column]) => `${tables[alias as "k" | "u"]}.${column}`),
  );
  const { rows } = await pool().query<{ column: string }>(`
    SELECT concat("event_object_table", '.', "event_object_column") AS "column"
    FROM information_schema.triggered_update_columns WHERE "trigger_name" = 'mark_changed'`);
  const marked = rows.map(({ column }) => column);
  const unmarked = read.filter((column) => !marked.includes(column) && !WRITTEN_ONCE.includes(column));
  expect(unmarked, `Caches keep the old value of these columns. Add them ${WITH_TRIGGER}`).toEqual([]);
  const unread = marked.filter((column) => !read.includes(column) || WRITTEN_ONCE.includes(column));
  expect(unread, `No cache needs to know a change of these columns. Remove them ${WITH_TRIGGER}`).toEqual([]);
});

/** In a small table all plans are equally good. */
async function addKeys(count: number): Promise<void> {
  const { id } = await createUser();
  await pool().query(
    `INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
     SELECT gen_random_uuid(), $1, 'Key', 'production', 'gt_abcd', sha256(gen_random_uuid()::text::bytea)
     FROM generate_series(1, $2::int)`,
    [id, count],
  );
  await pool().query("ANALYZE");
}

test("a renewal reads a table of many keys by its indexes, whatever plan PostgreSQL keeps", async () => {
  for (let i = 0; i < 10; i += 1) await addKeys(3_000);
  const client = await pool().connect();
  try {
    await client.query("SET plan_cache_mode = force_generic_plan");
    await client.query(`PREPARE renew (bigint, text[], bigint[]) AS ${statements[0]?.text}`);
    const { rows } = await client.query<{ "QUERY PLAN": string }>(`EXPLAIN EXECUTE renew(1, ARRAY['00'], ARRAY[1, 2])`);
    expect(rows.map((row) => row["QUERY PLAN"]).join("\n")).not.toContain('Seq Scan on "ApiKey"');
  } finally {
    client.release(true);
  }
});

test.for([0, 1])("statement %i is planned once, and not for each query", async (index) => {
  await addKeys(5_000);
  const client = await pool().connect();
  try {
    const statement = statements[index] as CacheStatement;
    for (let i = 0; i < 10; i += 1) await client.query({ ...statement });
    const { rows } = await client.query("SELECT generic_plans::int FROM pg_prepared_statements WHERE name = $1", [
      statement.name,
    ]);
    // PostgreSQL makes five plans before it compares them with the prepared one.
    expect(rows).toEqual([{ generic_plans: 5 }]);
  } finally {
    client.release(true);
  }
});

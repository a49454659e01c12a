import { expect, test } from "vitest";
import { readMigrations } from "#lib/database/migration-history.ts";
import { lockProblems, splitMigration } from "#scripts/migration-locks.ts";

/** Already applied in the field and must not be edited. */
const LAST_UNCHECKED = "20261126052834_active_keys";

test("no migration of this version blocks charges or usage while it reads or rewrites a large table", async () => {
  const checked = (await readMigrations("prisma/migrations")).filter(({ name }) => name > LAST_UNCHECKED);
  const problems = checked.map(({ name, sql }) => [name, ...lockProblems(sql)]);
  expect(problems.filter(([, ...found]) => found.length > 0)).toEqual([]);
});

test.for([
  'CREATE INDEX "i" ON "ApiKey"("id")',
  'CREATE UNIQUE INDEX "i" ON "ApiKey"("id")',
  'CREATE INDEX CONCURRENTLY IF NOT EXISTS "i" ON "ApiKey"("id")',
  'ALTER TABLE "UsageHour" ALTER COLUMN "requests" SET DATA TYPE BIGINT',
  'ALTER TABLE "UsageHour" ALTER COLUMN "requests" TYPE BIGINT',
  'ALTER TABLE "ApiKey" ADD COLUMN "a" INTEGER, ADD COLUMN "b" UUID DEFAULT gen_random_uuid()',
  'ALTER TABLE "ApiKey" ADD COLUMN "b" BIGSERIAL',
  'ALTER TABLE "ApiKey" ADD COLUMN "b" INTEGER NOT NULL',
  'ALTER TABLE "ApiKey" ADD COLUMN "b" UUID REFERENCES "User"("id")',
  'ALTER TABLE "ApiKey" ADD CONSTRAINT "c" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT',
  `ALTER TABLE "ApiKey" ADD CONSTRAINT "c" CHECK ("name" <> ' NOT VALID')`,
  'ALTER TABLE "ApiKey" ADD CONSTRAINT "c" UNIQUE ("name")',
  'ALTER TABLE "ApiKey" ALTER COLUMN "name" SET NOT NULL',
  'ALTER TABLE "ApiKey" ADD CONSTRAINT "c" CHECK ("a" > 0) NOT VALID; ALTER TABLE "ApiKey" VALIDATE CONSTRAINT "c"',
  'UPDATE "ApiKey" SET "name" = 1',
  'INSERT INTO "Balance" ("userId") SELECT "id" FROM "User"',
  'CREATE TABLE "New" ("id" INTEGER REFERENCES "User"); CREATE INDEX "i" ON "User"("id")',
  '-- migrate: no transaction\nCREATE INDEX CONCURRENTLY "i" ON "ApiKey"("id")',
  "-- migrate: no transaction\nSELECT 1; SELECT 2",
  '-- migrate: no transaction\nDO $$ BEGIN UPDATE "ApiKey" SET "name" = \'\'; END $$',
])("is a problem: %s", (sql) => expect(lockProblems(sql)).toHaveLength(1));

test.for([
  `ALTER TABLE "ApiKey" ADD COLUMN "a" INTEGER, ADD COLUMN "b" TEXT NOT NULL DEFAULT 'it''s; fine', DROP COLUMN "c"`,
  'ALTER TABLE "ApiKey" ADD COLUMN "a" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP',
  'ALTER TABLE "ApiKey" ADD CONSTRAINT "c" CHECK ("a" > 0) NOT VALID',
  'ALTER TABLE "ApiKey" VALIDATE CONSTRAINT "c"',
  'ALTER TABLE "ApiKey" ADD CONSTRAINT "c" UNIQUE USING INDEX "i"',
  '-- migrate: short, because the constraint "c" is validated\nALTER TABLE "ApiKey" ALTER COLUMN "a" SET NOT NULL',
  'CREATE TABLE "New" ("id" INTEGER NOT NULL); CREATE INDEX "i" ON "New"("id"); ALTER TABLE "New" ADD CONSTRAINT "f" FOREIGN KEY ("id") REFERENCES "User"("id")',
  'CREATE FUNCTION "f"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE "ApiKey" SET "name" = 1; RETURN NEW; END $$',
  '-- migrate: no transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS "i" ON "ApiKey"("id");',
  "-- migrate: no transaction\nDO $$ BEGIN SET LOCAL lock_timeout = '200ms'; UPDATE \"ApiKey\" SET \"name\" = ''; COMMIT; END $$",
])("is no problem: %s", (sql) => expect(lockProblems(sql)).toEqual([]));

test("what Prisma writes is split into one file of quick statements and one for each index of an existing table", () => {
  const files = splitMigration(
    `-- AlterTable\nALTER TABLE "User" ADD COLUMN     "a" TEXT;\n\n-- CreateTable\nCREATE TABLE "New" ("id" INTEGER);\n
-- CreateIndex\nCREATE INDEX "New_id_idx" ON "New"("id");\n\n-- CreateIndex\nCREATE UNIQUE INDEX "User_a_key" ON "User"("a");\n`,
  );
  expect(files).toEqual([
    `-- AlterTable\nALTER TABLE "User" ADD COLUMN     "a" TEXT;\n\n-- CreateTable\nCREATE TABLE "New" ("id" INTEGER);\n\n-- CreateIndex\nCREATE INDEX "New_id_idx" ON "New"("id");\n`,
    `-- migrate: no transaction\n-- CreateIndex\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "User_a_key" ON "User"("a");\n`,
  ]);
  expect(files.flatMap(lockProblems)).toEqual([]);
});

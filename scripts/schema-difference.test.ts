import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createDatabase } from "#e2e/support/test-database.ts";
import { migrate } from "#lib/database/migrate.ts";
import { schemaDifference } from "#scripts/schema-difference.ts";
import { migrationList, openSchemaEngine } from "#scripts/schema-engine.ts";

const MIGRATIONS = "prisma/migrations";
let schema: string;
beforeAll(async () => {
  schema = await readFile("prisma/schema.prisma", "utf8");
});
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

test("the migrations lead to the schema", async () => {
  expect(await schemaDifference(inject("serverUrl"), MIGRATIONS, schema)).toBeUndefined();
});

test("a field or an index that no migration makes is found", async () => {
  const field = schema.replace("model User {", "model User {\n  nickname String?");
  expect(await schemaDifference(inject("serverUrl"), MIGRATIONS, field)).toContain(
    'ALTER TABLE "User" ADD COLUMN     "nickname" TEXT;',
  );
  const index = schema.replace("@@index([updatedAt])", "");
  expect(await schemaDifference(inject("serverUrl"), MIGRATIONS, index)).toContain(
    'DROP INDEX "Throttle_updatedAt_idx";',
  );
});

test("Prisma's engine finds a history that we wrote complete, and applies nothing again", async () => {
  const { url, drop } = await createDatabase("template0");
  await migrate(url, MIGRATIONS);
  const engine = await openSchemaEngine(url, schema);
  const migrationsList = await migrationList(MIGRATIONS);
  const filters = { externalTables: [], externalEnums: [] };
  expect(
    await engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters }),
  ).toMatchObject({ editedMigrationNames: [], failedMigrationNames: [], hasMigrationsTable: true, history: null });
  expect(await engine.applyMigrations({ migrationsList, filters })).toEqual({ appliedMigrationNames: [] });
  engine.free();
  await drop();
});

test("a history that Prisma's engine wrote is complete for us, and each continues the other's", async () => {
  const { url, drop } = await createDatabase("template0");
  const engine = await openSchemaEngine(url, schema);
  const filters = { externalTables: [], externalEnums: [] };
  const migrationsList = await migrationList(MIGRATIONS);
  const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters });
  expect(appliedMigrationNames.length).toBe(migrationsList.migrationDirectories.length);
  expect(await migrate(url, MIGRATIONS)).toEqual([]);

  const longer = await mkdtemp(path.join(tmpdir(), "goodtake-migrations-"));
  folders.push(longer);
  for (const { path: name, migrationFile } of migrationsList.migrationDirectories)
    await writeMigration(longer, name, migrationFile.content.value);
  await writeMigration(longer, "29990101000000_later", "CREATE TABLE later (id int)");
  expect(await migrate(url, longer)).toEqual(["29990101000000_later"]);
  const again = { migrationsList: await migrationList(longer), filters };
  expect(await engine.applyMigrations(again)).toEqual({ appliedMigrationNames: [] });
  engine.free();
  await drop();
});

async function writeMigration(directory: string, name: string, sql: string): Promise<void> {
  await mkdir(path.join(directory, name));
  await writeFile(path.join(directory, name, "migration.sql"), sql);
}

import { stat } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "#e2e/support/run-command.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { pool } from "#lib/database/client.ts";

let leave: () => Promise<void>;
let directory: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  leave = await useOwnDatabase();
  ({ directory, remove } = await temporaryDirectory());
});
afterAll(async () => {
  await leave();
  await remove();
});

test("a backup of an outside database moves into a new embedded one, which a second restore doesn't touch", async () => {
  const ada = await createUser();
  const file = path.join(directory, "backup.gz");
  const outside = { DATABASE_URL: pool().options.connectionString ?? "" };
  const made = await runCommand("backup.ts", [file], outside);
  expect([made.code, made.stderr]).toEqual([0, ""]);
  expect(made.stdout).toMatch(/^\/.+backup\.gz holds everything as of .+\n$/);

  const embedded = { DATA_DIR: path.join(directory, "data") };
  const restored = await runCommand("restore.ts", [file, "--accept-revived"], embedded);
  expect([restored.code, restored.stderr]).toEqual([0, ""]);
  expect((await runCommand("account.ts", ["list"], embedded)).stdout).toContain(ada.email);

  const again = await runCommand("restore.ts", [file, "--accept-revived"], embedded);
  expect([again.code, again.stderr]).toEqual([
    1,
    "The database already holds rows (table CreditDay); restore into an empty one.\n",
  ]);
});

test("a file that is not a backup creates no database", async () => {
  const embedded = { DATA_DIR: path.join(directory, "other") };
  const { code, stderr } = await runCommand("restore.ts", [path.join(directory, "none.gz")], embedded);
  expect([code, stderr]).toEqual([1, `${path.join(directory, "none.gz")} can't be read (ENOENT).\n`]);
  expect(await stat(embedded.DATA_DIR).catch(() => undefined)).toBeUndefined();
});

test.each([
  ["backup.ts"],
  ["restore.ts"],
  ["restore.ts", "file", "--revocations"],
  ["revocations.ts"],
  ["revocations.ts", "export"],
  ["revocations.ts", "import", "file"],
])("%s %s %s says how to call it", async (script, ...args) => {
  const { code, stderr } = await runCommand(script, args, {});
  expect(code).toBe(2);
  expect(stderr).toMatch(/^(error: .+\n\n)?Usage: npm run (backup|restore|revocations) -- /);
});

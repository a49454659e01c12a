import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { InvalidArgumentError } from "commander";
import { startEmbedded } from "#lib/database/embedded.ts";
import { OperatorError } from "#lib/operator-error.ts";
import { MIGRATIONS, PROJECT, runCommand } from "#scripts/command.ts";
import { lockProblems, splitMigration } from "#scripts/migration-locks.ts";
import { schemaDifference } from "#scripts/schema-difference.ts";

await runCommand(
  "migration",
  "Writes the migration that leads from prisma/migrations to prisma/schema.prisma.",
  (command) => command.argument("<name>", "a-z, 0-9 and _", migrationName).action(writeMigration),
);

function migrationName(name: string): string {
  if (!/^[a-z0-9_]{1,80}$/.test(name)) throw new InvalidArgumentError("A name has a-z, 0-9 and _.");
  return name;
}

async function writeMigration(name: string): Promise<void> {
  const schema = await readFile(path.join(PROJECT, "prisma/schema.prisma"), "utf8");
  const sql = await onTemporaryServer((url) => schemaDifference(url, MIGRATIONS, schema));
  if (!sql) throw new OperatorError("The migrations lead to this schema already; change prisma/schema.prisma first.");
  for (const [i, file] of splitMigration(sql).entries()) {
    const instant = new Date(Date.now() + i * 1_000).toISOString().replace(/\D/g, "").slice(0, 14);
    const folder = `${instant}_${name}${i > 0 ? `_${i + 1}` : ""}`;
    await mkdir(path.join(MIGRATIONS, folder));
    await writeFile(path.join(MIGRATIONS, folder, "migration.sql"), file);
    process.stdout.write(`prisma/migrations/${folder}/migration.sql is written; read it before you commit it.\n`);
    for (const problem of lockProblems(file)) process.stdout.write(`  Blocks requests on a large table: ${problem}\n`);
  }
}

async function onTemporaryServer<T>(work: (url: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), "goodtake-migration-"));
  // PostgreSQL's own account must be able to enter when root runs this.
  await chmod(directory, 0o755);
  try {
    const { url, stop } = await startEmbedded(directory, "owner");
    return await work(url).finally(stop);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

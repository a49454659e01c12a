import { env } from "#lib/config/env.ts";
import { backUp } from "#lib/database/backup.ts";
import { openDatabase } from "#lib/database/open.ts";
import { filePath, PROJECT, runCommand } from "#scripts/command.ts";

await runCommand("backup", "Writes all tables, as they are at one instant, into a new file.", (command, signal) =>
  command.argument("<file>", "the file to write; it must not exist", filePath).action(async (file: string) => {
    const { url, close } = await openDatabase(env(), PROJECT);
    try {
      const { createdAt, lastMigration } = await backUp(url, file, signal);
      process.stdout.write(`${file} holds everything as of ${createdAt} (last migration ${lastMigration}).\n`);
    } finally {
      await close();
    }
  }),
);

import { backUp } from "#lib/database/backup.ts";
import { openDatabase } from "#lib/database/open.ts";
import { env } from "#lib/env.ts";
import { fileArgument, PROJECT, runCommand } from "#scripts/command.ts";

const USAGE = "Usage: npm run backup -- FILE\n\nWrites all tables, as they are at one instant, into a new file.";

await runCommand(USAGE, async (args, signal) => {
  const file = fileArgument(args);
  const { url, close } = await openDatabase(env(), PROJECT);
  try {
    const { createdAt, lastMigration } = await backUp(url, file, signal);
    process.stdout.write(`${file} holds everything as of ${createdAt} (last migration ${lastMigration}).\n`);
  } finally {
    await close();
  }
});

import { backUp } from "#lib/database/backup.ts";
import { openDatabase } from "#lib/database/open.ts";
import { env } from "#lib/env.ts";
import { fileArgument, PROJECT, runCommand } from "#scripts/command.ts";

const USAGE = "Usage: npm run backup -- FILE\n\nWrites all tables, as they are at one instant, into a new file.";

await runCommand(USAGE, async (args, signal) => {
  const file = fileArgument(args);
  const settings = env();
  const { url, close } = await openDatabase(settings, PROJECT);
  try {
    const { createdAt, lastMigration } = await backUp(url, file, signal);
    const secret = settings.DATABASE_URL ? "AUTH_SECRET" : "the file auth-secret in DATA_DIR";
    process.stdout.write(
      `${file} holds everything as of ${createdAt} (last migration ${lastMigration}).\n` +
        `Keep ${secret} too: it is not in the file, and with another one everybody has to sign in again.\n`,
    );
  } finally {
    await close();
  }
});

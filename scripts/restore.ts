import { openDatabase } from "#lib/database/open.ts";
import { checkBackup, restore } from "#lib/database/restore.ts";
import { env } from "#lib/env.ts";
import { fileArgument, MIGRATIONS, PROJECT, runCommand } from "#scripts/command.ts";

const USAGE =
  "Usage: npm run restore -- FILE\n\nLoads a backup into an empty database: the one of DATABASE_URL, else a new embedded one in DATA_DIR.";

await runCommand(USAGE, async (args, signal) => {
  const file = fileArgument(args);
  // Before a database is made for it.
  await checkBackup(file, MIGRATIONS, signal);
  const { url, close } = await openDatabase(env(), PROJECT, { create: true });
  try {
    const { createdAt } = await restore(url, file, MIGRATIONS, signal);
    process.stdout.write(
      `Everything as of ${createdAt} is restored.\n` +
        "Start the server with the same AUTH_SECRET (or put the file auth-secret into DATA_DIR), or everybody has to sign in again.\n",
    );
  } finally {
    await close();
  }
});

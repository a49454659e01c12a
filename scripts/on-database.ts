import { env } from "#lib/config/env.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";
import { checkMigrated } from "#lib/database/migrate.ts";
import { openDatabase } from "#lib/database/open.ts";
import { checkWrittenInUtc } from "#lib/database/time-zone-shift.ts";
import { MIGRATIONS, PROJECT } from "#scripts/command.ts";

/** Runs a command on the migrated database, with or without a running server. */
export async function onDatabase<T>(work: () => Promise<T>): Promise<T> {
  const { url, close } = await openDatabase(env(), PROJECT);
  try {
    await checkMigrated(url, MIGRATIONS);
    await checkWrittenInUtc(connectDatabase(url, 2).pool);
    return await work();
  } finally {
    await disconnectDatabase();
    await close();
  }
}

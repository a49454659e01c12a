import { database } from "#lib/database/client.ts";
import { env } from "#lib/env.ts";

/** Removes records older than `ACTIVITY_DAYS`, the one thing the table's trigger lets through; returns their number. */
export function pruneActivity(days = env().ACTIVITY_DAYS): Promise<number> {
  return database().$transaction(async (transaction) => {
    await transaction.$executeRaw`SET LOCAL goodtake.pruning = 'on'`;
    return transaction.$executeRaw`DELETE FROM "Activity" WHERE "createdAt" < now() - make_interval(days => ${days}::int)`;
  });
}

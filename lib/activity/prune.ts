import { database } from "#lib/database/client.ts";
import { env } from "#lib/env.ts";

/** A statement for everything would meet the pool's time-out on a large installation. */
const BATCH_ROWS = 5_000;

/** Removes records older than `ACTIVITY_DAYS`, the one thing the table's trigger lets through; returns their number. */
export async function pruneActivity(days: number = env().ACTIVITY_DAYS): Promise<number> {
  let all = 0;
  for (let deleted = BATCH_ROWS; deleted === BATCH_ROWS; all += deleted)
    deleted = await database().$transaction(async (transaction) => {
      await transaction.$executeRaw`SET LOCAL goodtake.pruning = 'on'`;
      return transaction.$executeRaw`
        DELETE FROM "Activity" WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM "Activity" WHERE "createdAt" < now() - make_interval(days => ${days}::int) LIMIT ${BATCH_ROWS}
        ))`;
    });
  return all;
}

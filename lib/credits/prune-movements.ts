import { database, pool } from "#lib/database/client.ts";
import { env } from "#lib/env.ts";

/** Both bound one statement, which would meet the pool's time-out on a large ledger. */
const BATCH_ROWS = 5_000;
const BATCH_OWNERS = 500;
const BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000";

/**
 * Removes single movements older than `LEDGER_DETAIL_DAYS`; their days and keys stay in `CreditDay`, which sums up to the balance.
 * Goes through owners by ranges of ids, because the index is by owner. Returns the number of rows.
 */
export async function pruneMovements(days: number = env().LEDGER_DETAIL_DAYS): Promise<number> {
  let all = 0;
  for (let after = BEFORE_ALL_IDS, last = await lastOfRange(after); last; after = last, last = await lastOfRange(after))
    for (let deleted = BATCH_ROWS; deleted === BATCH_ROWS; all += deleted)
      deleted = await deleteBatch(after, last, days);
  return all;
}

/** Returns the last id of the next range of owners, null behind them all. */
async function lastOfRange(after: string): Promise<string | null> {
  const { rows } = await pool().query<{ last: string | null }>(
    `SELECT max("userId"::text) AS "last"
     FROM (SELECT "userId" FROM "Balance" WHERE "userId" > $1 ORDER BY "userId" LIMIT ${BATCH_OWNERS}) "next"`,
    [after],
  );
  return rows[0]?.last ?? null;
}

function deleteBatch(after: string, last: string, days: number): Promise<number> {
  return database().$transaction(async (transaction) => {
    await transaction.$executeRaw`SET LOCAL goodtake.pruning = 'on'`;
    return transaction.$executeRaw`
      DELETE FROM "CreditMovement" WHERE ctid = ANY (ARRAY(
        SELECT m.ctid FROM "Balance" b, LATERAL (
          SELECT ctid FROM "CreditMovement" WHERE "userId" = b."userId" AND "createdAt" < now() - make_interval(days => ${days}::int)
          LIMIT ${BATCH_ROWS}
        ) m WHERE b."userId" > ${after}::uuid AND b."userId" <= ${last}::uuid LIMIT ${BATCH_ROWS}
      ))`;
  });
}

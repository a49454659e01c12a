import { STEP_ROWS } from "#lib/database/remove-in-steps.ts";

/** The tables that Logs show: requests that failed, and a sample of successful ones. */
export type LogTable = "Refusal" | "RequestSample";

/** Rows of each table that an account keeps. Nothing reads more of them. */
export const LOG_ROWS_MAX = 1_000;
const KEPT_FOR = "30 days";

/**
 * SQL: finds rows past their retention, the oldest first, at most {@link STEP_ROWS}. `$1` has the
 * ids of accounts, and `$2` whether each is deleted and keeps none.
 */
export const pastLogRows = (table: LogTable) => `
  SELECT r.ctid FROM unnest($1::uuid[], $2::boolean[]) o("id", "deleted"), LATERAL (
    SELECT ctid FROM "${table}" WHERE "userId" = o."id" AND "createdAt" < CASE WHEN o."deleted" THEN 'infinity' ELSE greatest(
      now() - interval '${KEPT_FOR}',
      (SELECT "createdAt" FROM "${table}" WHERE "userId" = o."id" ORDER BY "createdAt" DESC OFFSET ${LOG_ROWS_MAX - 1} LIMIT 1)
    ) END ORDER BY "createdAt" LIMIT ${STEP_ROWS}
  ) r LIMIT ${STEP_ROWS}`;

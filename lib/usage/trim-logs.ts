import { pruneStep, removeAt, STEP_ROWS } from "#lib/database/remove-in-steps.ts";
import { log } from "#lib/log.ts";
import type { UsageRows } from "#lib/usage/batch.ts";
import { LOG_ROWS_MAX, type LogTable, pastLogRows } from "#lib/usage/log-retention.ts";

/** Accounts whose rows are counted. More are left to scheduled work, which looks at all of them. */
const ACCOUNTS_MAX = 10_000;

/** Rows by account that this process has written since it last trimmed the account. */
const written: Record<LogTable, Map<string, number>> = { Refusal: new Map(), RequestSample: new Map() };

/** Counts the log rows of a batch that is written. */
export function noteLogged({ rejections, samples }: UsageRows): void {
  for (const [table, rows] of [
    ["Refusal", rejections],
    ["RequestSample", samples],
  ] as const) {
    const accounts = written[table];
    if (accounts.size > ACCOUNTS_MAX) accounts.clear();
    for (const { userId } of rows as { userId: string }[]) accounts.set(userId, (accounts.get(userId) ?? 0) + 1);
  }
}

/**
 * Trims the logs of accounts for which this process has written as many rows as an account keeps.
 * So a flood stays bounded between two runs of scheduled work, and trimming costs a constant share
 * of writing. A failure is logged and left to scheduled work.
 */
export async function trimLogs(): Promise<void> {
  for (const [table, accounts] of Object.entries(written) as [LogTable, Map<string, number>][])
    for (const [userId, rows] of accounts) {
      if (rows < LOG_ROWS_MAX) continue;
      accounts.delete(userId);
      try {
        while ((await trim(table, userId)) === STEP_ROWS);
      } catch (error) {
        log().warn({ err: error }, "the logs of an account could not be trimmed; scheduled work will do it");
      }
    }
}

async function trim(table: LogTable, userId: string): Promise<number> {
  return (await pruneStep(`${removeAt(table, pastLogRows(table))} RETURNING 1`, [[userId], [false]])).length;
}

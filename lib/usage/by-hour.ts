import type { UserId } from "#lib/accounts/model/user-id.ts";
import { pool } from "#lib/database/client.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";
import { NO_REQUESTS, type OutcomeGroup, outcomeGroup } from "#lib/usage/model/outcomes.ts";
import { owned } from "#lib/usage/owned.ts";

/** Requests of the hour that starts at `at` by group of outcomes. */
export type HourUsage = { at: Date } & Record<OutcomeGroup, number>;

const HOURS = 24;
const OF_ACCOUNT = `"UsageAccountHour" h WHERE ${owned("h")}`;
const OF_KEY = `"UsageHour" h JOIN "ApiKey" k ON k."id" = h."apiKeyId" WHERE ${owned("k")} AND h."apiKeyId" = $3`;

/**
 * Counts the requests of all keys of an account, deleted ones included, or of one key. Returns the
 * last 24 hours, oldest first, including the current one and hours without requests.
 */
export async function usageByHour(userId: UserId, now: Date, apiKeyId?: string): Promise<HourUsage[]> {
  const first = (Math.floor(now.getTime() / HOUR_MS) - HOURS + 1) * HOUR_MS;
  const { rows } = await pool().query<{ hour: Date; outcome: string; requests: number }>(
    `SELECT h."hour", h."outcome", h."requests"::float8 AS "requests"
     FROM ${apiKeyId ? OF_KEY : OF_ACCOUNT} AND h."hour" >= $2`,
    [userId, new Date(first), ...(apiKeyId ? [apiKeyId] : [])],
  );
  const all = Array.from(
    { length: HOURS },
    (_, i): HourUsage => ({ at: new Date(first + i * HOUR_MS), ...NO_REQUESTS }),
  );
  for (const { hour, outcome, requests } of rows) {
    const found = all[(hour.getTime() - first) / HOUR_MS];
    const group = outcomeGroup(outcome);
    if (found && group) found[group] += requests;
  }
  return all;
}

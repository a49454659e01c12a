import type { UserId } from "#lib/accounts/model/user-id.ts";
import { pool } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";
import { NO_REQUESTS, type OutcomeGroup, outcomeGroup } from "#lib/usage/model/outcomes.ts";
import { owned } from "#lib/usage/owned.ts";

/** Requests of a UTC day (`YYYY-MM-DD`) by group of outcomes. */
type DayUsage = { day: string } & Record<OutcomeGroup, number>;

const OF_ACCOUNT = `"UsageAccountDay" d WHERE ${owned("d")}`;
const OF_KEY = `"UsageDay" d JOIN "ApiKey" k ON k."id" = d."apiKeyId" WHERE ${owned("k")} AND d."apiKeyId" = $4`;

/**
 * Counts the requests of all keys of an account, deleted ones included, or of one key. Returns the
 * last days, oldest first, including today and days without requests.
 */
export async function usageByDay(userId: UserId, days: number, now: Date, apiKeyId?: string): Promise<DayUsage[]> {
  const { rows } = await pool().query<{ day: string; outcome: string; requests: number }>(
    `SELECT to_char(d."day", 'YYYY-MM-DD') AS "day", d."outcome", d."requests"::float8 AS "requests"
     FROM ${apiKeyId ? OF_KEY : OF_ACCOUNT} AND d."day" > ($2::timestamptz AT TIME ZONE 'UTC')::date - $3::int`,
    [userId, now, days, ...(apiKeyId ? [apiKeyId] : [])],
  );
  const all = Array.from({ length: days }, (_, i): DayUsage => {
    const day = new Date(now.getTime() - (days - 1 - i) * DAY_MS).toISOString().slice(0, 10);
    return { day, ...NO_REQUESTS };
  });
  for (const { day, outcome, requests } of rows) {
    const found = all.find((each) => each.day === day);
    const group = outcomeGroup(outcome);
    if (found && group) found[group] += requests;
  }
  return all;
}

export type CallerOfKey = {
  addressPrefix: string;
  userAgent: string;
  route: string;
  requests: number;
  lastSeenAt: Date;
};

/** Lists the latest 20 callers of a key, the latest first. */
export async function listCallers(userId: UserId, apiKeyId: string): Promise<CallerOfKey[]> {
  const { rows } = await pool().query<CallerOfKey>(
    `SELECT c."addressPrefix", c."userAgent", c."route", c."requests"::float8 AS "requests", c."lastSeenAt"
     FROM "UsageCaller" c JOIN "ApiKey" k ON k."id" = c."apiKeyId"
     WHERE ${owned("k")} AND c."apiKeyId" = $2 ORDER BY c."lastSeenAt" DESC LIMIT 20`,
    [userId, apiKeyId],
  );
  return rows;
}

/**
 * Lists the networks of a key's latest callers, newest first: /24 for IPv4 and /48 for IPv6, at
 * most 20. Includes callers that were rejected.
 */
export async function listCallerNetworks(userId: UserId, apiKeyId: string): Promise<string[]> {
  const { rows } = await pool().query<{ network: string }>(
    `SELECT c."addressPrefix" AS "network" FROM "UsageCaller" c JOIN "ApiKey" k ON k."id" = c."apiKeyId"
     WHERE ${owned("k")} AND c."apiKeyId" = $2 AND c."addressPrefix" <> ''
     GROUP BY 1 ORDER BY max(c."lastSeenAt") DESC LIMIT 20`,
    [userId, apiKeyId],
  );
  return rows.map(({ network }) => network);
}

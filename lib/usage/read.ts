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

/** A rejected request, with what is needed to explain it. */
export type Rejection = {
  requestId: string;
  cause: string;
  route: string;
  addressPrefix: string;
  userAgent: string;
  createdAt: Date;
  apiKeyId: string;
  keyName: string;
  keyPrefix: string;
  keyExpiresAt: Date | null;
  keyRevokedAt: Date | null;
  keyDeletedAt: Date | null;
};

const REJECTIONS = `
  SELECT r."requestId", r."cause", r."route", r."addressPrefix", r."userAgent", r."createdAt", r."apiKeyId",
         k."name" AS "keyName", k."prefix" AS "keyPrefix", k."expiresAt" AS "keyExpiresAt", k."revokedAt" AS "keyRevokedAt",
         k."deletedAt" AS "keyDeletedAt"
  FROM "Refusal" r JOIN "ApiKey" k ON k."id" = r."apiKeyId" WHERE ${owned("r")}`;

/** Lists the latest rejected requests with the user's keys, or with one of them. */
export async function listRejections(userId: UserId, apiKeyId: string | null, limit: number): Promise<Rejection[]> {
  const { rows } = await pool().query<Rejection>(
    `${REJECTIONS} AND ($2::uuid IS NULL OR r."apiKeyId" = $2) ORDER BY r."createdAt" DESC LIMIT $3`,
    [userId, apiKeyId, limit],
  );
  return rows;
}

/**
 * Finds a rejected request of the user. Returns null if it was accepted, is another user's or is no
 * longer kept.
 */
export async function findRejection(userId: UserId, requestId: string): Promise<Rejection | null> {
  const { rows } = await pool().query<Rejection>(`${REJECTIONS} AND r."requestId" = $2`, [userId, requestId]);
  return rows[0] ?? null;
}

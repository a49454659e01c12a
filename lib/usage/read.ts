import { database, pool } from "#lib/database/client.ts";
import { OUTCOME_GROUPS, type OutcomeGroup } from "#lib/usage/model/outcomes.ts";

/** Requests of a UTC day (`YYYY-MM-DD`) by group of outcomes. */
type DayUsage = { day: string } & Record<OutcomeGroup, number>;

const DAY_MS = 86_400_000;
const GROUPS = Object.keys(OUTCOME_GROUPS) as OutcomeGroup[];

/** All keys of an account, deleted ones included, or one of them. */
type Scope = { userId: string; apiKeyId?: string };

const OF_ACCOUNT = `"UsageAccountDay" d WHERE d."userId" = $1`;
const OF_KEY = `"UsageDay" d JOIN "ApiKey" k ON k."id" = d."apiKeyId" WHERE k."userId" = $1 AND d."apiKeyId" = $4`;

/** Returns the last days, oldest first, including today and days without requests. */
export async function usageByDay({ userId, apiKeyId }: Scope, days: number, now: Date): Promise<DayUsage[]> {
  const { rows } = await pool().query<{ day: string; outcome: string; requests: number }>(
    `SELECT to_char(d."day", 'YYYY-MM-DD') AS "day", d."outcome", d."requests"::float8 AS "requests"
     FROM ${apiKeyId ? OF_KEY : OF_ACCOUNT} AND d."day" > ($2::timestamptz AT TIME ZONE 'UTC')::date - $3::int`,
    [userId, now, days, ...(apiKeyId ? [apiKeyId] : [])],
  );
  const all = Array.from({ length: days }, (_, i): DayUsage => {
    const day = new Date(now.getTime() - (days - 1 - i) * DAY_MS).toISOString().slice(0, 10);
    return { day, ok: 0, limited: 0, invalid: 0, error: 0, rejected: 0 };
  });
  for (const { day, outcome, requests } of rows) {
    const found = all.find((each) => each.day === day);
    const group = GROUPS.find((name) => (OUTCOME_GROUPS[name] as readonly string[]).includes(outcome));
    if (found && group) found[group] += requests;
  }
  return all;
}

type CallerOfKey = {
  addressPrefix: string;
  userAgent: string;
  route: string;
  requests: number;
  lastSeenAt: Date;
};

/** Lists the callers of a key, the latest first. */
export async function listCallers(apiKeyId: string): Promise<CallerOfKey[]> {
  const callers = await database().usageCaller.findMany({
    where: { apiKeyId },
    orderBy: { lastSeenAt: "desc" },
    take: 20,
    select: { addressPrefix: true, userAgent: true, route: true, requests: true, lastSeenAt: true },
  });
  return callers.map((caller) => ({ ...caller, requests: Number(caller.requests) }));
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
  FROM "Refusal" r JOIN "ApiKey" k ON k."id" = r."apiKeyId" WHERE r."userId" = $1`;

/** Lists the latest rejected requests with the user's keys, or with one of them. */
export async function listRejections(userId: string, apiKeyId: string | null, limit: number): Promise<Rejection[]> {
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
export async function findRejection(userId: string, requestId: string): Promise<Rejection | null> {
  const { rows } = await pool().query<Rejection>(`${REJECTIONS} AND r."requestId" = $2`, [userId, requestId]);
  return rows[0] ?? null;
}

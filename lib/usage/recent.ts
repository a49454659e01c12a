import type { UserId } from "#lib/accounts/model/user-id.ts";
import { pool, type Transaction } from "#lib/database/client.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";
import { programName } from "#lib/usage/model/program-name.ts";
import { owned } from "#lib/usage/owned.ts";

/**
 * Counts the requests of each key in about the last 24 hours, all outcomes. Counts are kept by the
 * hour, and the hour that began up to 25 hours ago counts in full, so that no request is missing.
 * Keys without requests are not in the map.
 */
export async function countRecentRequests(userId: UserId, apiKeyIds: string[]): Promise<Map<string, number>> {
  const { rows } = await pool().query<{ apiKeyId: string; requests: number }>(
    `SELECT "apiKeyId", sum("requests")::float8 AS "requests" FROM "UsageHour"
     WHERE "apiKeyId" = ANY(ARRAY(SELECT "id" FROM "ApiKey" k WHERE ${owned("k")} AND "id" = ANY($2)))
       AND "hour" > now() - interval '25 hours' GROUP BY 1`,
    [userId, apiKeyIds],
  );
  return new Map(rows.map(({ apiKeyId, requests }) => [apiKeyId, requests]));
}

const HOURS = 25;

/**
 * Counts the same requests by hour (UTC), the oldest of 25 hours first and the present one last.
 * Keys without requests are not in the map.
 */
export async function readRecentHours(userId: UserId, apiKeyIds: string[], now: Date): Promise<Map<string, number[]>> {
  const first = Math.floor(now.getTime() / HOUR_MS) - HOURS + 1;
  const { rows } = await pool().query<{ apiKeyId: string; hour: Date; requests: number }>(
    `SELECT "apiKeyId", "hour", sum("requests")::float8 AS "requests" FROM "UsageHour"
     WHERE "apiKeyId" = ANY(ARRAY(SELECT "id" FROM "ApiKey" k WHERE ${owned("k")} AND "id" = ANY($2)))
       AND "hour" >= $3 GROUP BY 1, 2`,
    [userId, apiKeyIds, new Date(first * HOUR_MS)],
  );
  const byKey = new Map<string, number[]>();
  for (const { apiKeyId, hour, requests } of rows) {
    const hours = byKey.get(apiKeyId) ?? Array<number>(HOURS).fill(0);
    // The clock of the process that counted may be ahead of this one's.
    const place = Math.min(HOURS - 1, hour.getTime() / HOUR_MS - first);
    hours[place] = (hours[place] ?? 0) + requests;
    byKey.set(apiKeyId, hours);
  }
  return byKey;
}

/** `program` names the program of the user agent. */
export type RecentCaller = {
  addressPrefix: string;
  userAgent: string;
  program: string;
  requests: number;
  lastSeenAt: Date;
};

const CALLERS_PER_KEY_MAX = 3;

/**
 * Marks each caller's requests as made before the rotation. The last seconds, which are not written
 * yet, count as made after it. Locks rows in the recorder's order, after the key's row, so that the
 * two don't deadlock.
 */
export async function noteCallersAtRotation(transaction: Transaction, apiKeyId: string): Promise<void> {
  await transaction.$executeRaw`
    WITH "before" AS (
      SELECT * FROM "UsageCaller" WHERE "apiKeyId" = ${apiKeyId}::uuid
      ORDER BY "addressPrefix", "userAgent", "route" FOR NO KEY UPDATE
    )
    UPDATE "UsageCaller" c SET "requestsBeforeRotation" = b."requests" FROM "before" b
    WHERE (c."apiKeyId", c."addressPrefix", c."userAgent", c."route") = (b."apiKeyId", b."addressPrefix", b."userAgent", b."route")`;
}

/**
 * Lists who called with each of these keys after its rotation and how often, the latest first. Keys
 * that nobody called are not in the map.
 */
export async function findCallersSinceRotation(
  userId: UserId,
  apiKeyIds: string[],
): Promise<Map<string, RecentCaller[]>> {
  const { rows } = await pool().query<Omit<RecentCaller, "program"> & { apiKeyId: string }>(
    `SELECT "apiKeyId", "addressPrefix", "userAgent", "requests", "lastSeenAt" FROM (
       SELECT c."apiKeyId", c."addressPrefix", c."userAgent", sum(c."requests" - c."requestsBeforeRotation")::float8 AS "requests", max(c."lastSeenAt") AS "lastSeenAt",
              row_number() OVER (PARTITION BY c."apiKeyId" ORDER BY max(c."lastSeenAt") DESC) AS "rank"
       FROM "ApiKey" s JOIN "UsageCaller" c ON c."apiKeyId" = s."replacesId"
       WHERE ${owned("s")} AND s."replacesId" = ANY($2)
       GROUP BY 1, 2, 3, s."createdAt" HAVING max(c."lastSeenAt") > s."createdAt"
     ) callers WHERE "rank" <= ${CALLERS_PER_KEY_MAX} ORDER BY "lastSeenAt" DESC`,
    [userId, apiKeyIds],
  );
  const callers = new Map<string, RecentCaller[]>();
  for (const { apiKeyId, ...caller } of rows)
    callers.set(apiKeyId, [...(callers.get(apiKeyId) ?? []), { ...caller, program: programName(caller.userAgent) }]);
  return callers;
}

/** Returns when the key was last used, as far as it is written yet; null for never. */
export async function findLastUse(userId: UserId, apiKeyId: string): Promise<Date | null> {
  const { rows } = await pool().query<{ lastUsedAt: Date | null }>(
    `SELECT "lastUsedAt" FROM "ApiKey" k WHERE ${owned("k")} AND "id" = $2`,
    [userId, apiKeyId],
  );
  return rows[0]?.lastUsedAt ?? null;
}

import { pool } from "#lib/database/client.ts";

/**
 * Requests with each key in the last 24 hours, to the hour: the hour that began up to 25 hours ago counts whole, so that no
 * request is missing. All outcomes count. Keys without one are not in the map.
 */
export async function countRecentRequests(apiKeyIds: string[]): Promise<Map<string, number>> {
  const { rows } = await pool().query<{ apiKeyId: string; requests: number }>(
    `SELECT "apiKeyId", sum("requests")::int AS "requests" FROM "UsageHour"
     WHERE "apiKeyId" = ANY($1) AND "hour" > now() - interval '25 hours' GROUP BY 1`,
    [apiKeyIds],
  );
  return new Map(rows.map(({ apiKeyId, requests }) => [apiKeyId, requests]));
}

/** When the key was last used, as far as that is written yet; null for never. */
export async function findLastUse(apiKeyId: string): Promise<Date | null> {
  const { rows } = await pool().query<{ lastUsedAt: Date | null }>(
    `SELECT "lastUsedAt" FROM "ApiKey" WHERE "id" = $1`,
    [apiKeyId],
  );
  return rows[0]?.lastUsedAt ?? null;
}

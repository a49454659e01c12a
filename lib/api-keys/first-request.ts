import type { UserId } from "#lib/accounts/model/user-id.ts";
import { hasStatus, isOwned } from "#lib/api-keys/key-conditions.ts";
import type { FoundApiKey } from "#lib/api-keys/list.ts";
import { keyStatus } from "#lib/api-keys/model/status.ts";
import { database } from "#lib/database/client.ts";

/** Whether the first request has come. "none": no active key could send one. */
export type FirstRequest = "none" | "waiting" | "received";

/** An account with more keys is not new. Reading all of them would cost more with age. */
const KEYS_OF_NEW_ACCOUNT_MAX = 100;

/**
 * Finds out whether a request with any key of the account was accepted, deleted keys included.
 * An account that has made more than 100 keys counts as one that has sent requests.
 */
export async function findFirstRequest(userId: UserId, now: Date): Promise<FirstRequest> {
  const [{ keys, used, active }] = await database().$queryRaw<[{ keys: number; used: boolean; active: boolean }]>`
    SELECT count(*)::int AS "keys", count("lastUsedAt") > 0 AS "used",
      count(*) FILTER (WHERE "deletedAt" IS NULL AND ${hasStatus("active", now)}) > 0 AS "active"
    FROM (SELECT * FROM "ApiKey" WHERE ${isOwned(userId)} ORDER BY "createdAt" LIMIT ${KEYS_OF_NEW_ACCOUNT_MAX + 1}) k`;
  if (used || keys > KEYS_OF_NEW_ACCOUNT_MAX) return "received";
  return active ? "waiting" : "none";
}

/** Tells whether a request with this key was accepted. */
export function firstRequestOf(apiKey: FoundApiKey, now: Date): FirstRequest {
  if (apiKey.lastUsedAt) return "received";
  return !apiKey.deletedAt && keyStatus(apiKey, now) === "active" ? "waiting" : "none";
}

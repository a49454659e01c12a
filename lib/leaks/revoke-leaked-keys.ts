import { database } from "#lib/database/client.ts";

const STEP_KEYS = 500;

/**
 * Revokes leaked keys whose time has come, as of that time, and records each. Returns their number.
 * A late call is harmless, because `keyStatus` already returns revoked from that time on.
 */
export function revokeLeakedKeys(): Promise<number> {
  return database().$executeRaw`
    WITH "changed" AS (
      UPDATE "ApiKey" SET "revokedAt" = "revokesAt" WHERE "id" = ANY (ARRAY(
        SELECT "id" FROM "ApiKey" WHERE "revokedAt" IS NULL AND "revokesAt" <= now()
        ORDER BY "revokesAt" LIMIT ${STEP_KEYS} FOR NO KEY UPDATE SKIP LOCKED))
      RETURNING "id", "userId", "name", "revokedAt"
    )
    INSERT INTO "Activity" ("id", "userId", "actor", "action", "apiKeyId", "details", "createdAt")
    SELECT gen_random_uuid(), "userId", 'system', 'api_key.revoked', "id", jsonb_build_object('name', "name"), "revokedAt"
    FROM "changed"`;
}

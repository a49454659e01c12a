import type { Caller } from "#lib/activity/record.ts";
import type { Transaction } from "#lib/database/client.ts";

/** A statement ends after 2.5 s: this many keys take a fraction of that. */
const STATEMENT_KEYS = 2_500;

/**
 * Revokes all keys of a person and takes them out of the list, each with its records; the caller has locked the person's row, so that
 * none is made meanwhile. Returns how many were still in the list.
 */
export async function deleteEveryApiKey(transaction: Transaction, userId: string, caller: Caller): Promise<number> {
  // In the order in which usage is written, so that the two can't wait for each other.
  const keys = await transaction.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "ApiKey" WHERE "userId" = ${userId}::uuid AND "deletedAt" IS NULL ORDER BY "id" FOR UPDATE`;
  for (let i = 0; i < keys.length; i += STATEMENT_KEYS) {
    const ids = keys.slice(i, i + STATEMENT_KEYS).map(({ id }) => id);
    await transaction.$executeRaw`
      WITH "key" AS (
        SELECT "id", "name", "revokedAt" IS NULL AS "active" FROM "ApiKey" WHERE "id" = ANY(${ids}::uuid[])
      ), "deleted" AS (
        UPDATE "ApiKey" SET "revokedAt" = COALESCE("revokedAt", now()), "deletedAt" = now()
        WHERE "userId" = ${userId}::uuid AND "id" = ANY(${ids}::uuid[])
      )
      INSERT INTO "Activity" ("id", "userId", "actor", "action", "apiKeyId", "details", "address", "userAgent")
      SELECT gen_random_uuid(), ${userId}::uuid, ${caller.actor}::"Actor", "action", "id", jsonb_build_object('name', "name"),
             ${caller.address}, ${caller.userAgent?.slice(0, 500) ?? null}
      FROM "key" CROSS JOIN (VALUES ('api_key.revoked'), ('api_key.deleted')) a("action")
      WHERE "active" OR "action" = 'api_key.deleted'`;
  }
  return keys.length;
}

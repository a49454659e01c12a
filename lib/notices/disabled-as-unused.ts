import type { UserId } from "#lib/accounts/model/user-id.ts";
import { database } from "#lib/database/client.ts";

/** Tells whether a key is disabled because it was unused, not by its owner. */
export async function isDisabledAsUnused(userId: UserId, apiKeyId: string): Promise<boolean> {
  const found = await database().$queryRaw<unknown[]>`
    SELECT 1 FROM "IdleNotice" n JOIN "ApiKey" k ON k."id" = n."apiKeyId"
    WHERE k."userId" = ${userId}::uuid AND k."id" = ${apiKeyId}::uuid AND k."disabledAt" IS NOT NULL
      AND n."daysBefore" = 0 AND (k."enabledAt" IS NULL OR k."enabledAt" < n."noticedAt")`;
  return found.length > 0;
}

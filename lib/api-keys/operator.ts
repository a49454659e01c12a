import { asUserId, type UserId } from "#lib/accounts/model/user-id.ts";
import type { Caller } from "#lib/activity/record.ts";
import { type ApiKey, KEY_SELECT } from "#lib/api-keys/key-columns.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { apiKeyId } from "#lib/api-keys/model/schema.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";
import { err, type Result } from "#lib/result.ts";

/** Reads all keys of a user, deleted ones included, the oldest first. */
export function listEveryApiKey(userId: UserId): Promise<(ApiKey & { deletedAt: Date | null })[]> {
  return database().apiKey.findMany({
    where: { userId },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
    select: { ...KEY_SELECT, deletedAt: true },
  });
}

/**
 * Revokes any user's key, as exactly as its owner would. The owner is read first, because it never
 * changes. A deleted key was revoked with its deletion.
 */
export async function revokeApiKeyAsOperator(
  id: string,
  caller: Caller,
): Promise<Result<undefined, "not_found" | "already_revoked">> {
  if (!apiKeyId.safeParse(id).success) return err("not_found");
  const key = await database().apiKey.findUnique({ where: { id }, select: { userId: true, deletedAt: true } });
  if (!key) return err("not_found");
  const revoked = await revokeApiKey(asUserId(key.userId), id, caller);
  if (revoked.ok || revoked.error === "already_revoked") return revoked;
  // The owner may have deleted it a moment ago, and the promise holds for `already_revoked`, too.
  await outliveLeases();
  return err("already_revoked");
}

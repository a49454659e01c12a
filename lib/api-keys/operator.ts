import { asUserId, type UserId } from "#lib/accounts/model/user-id.ts";
import type { Caller } from "#lib/activity/record.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { apiKeyId } from "#lib/api-keys/model/schema.ts";
import { type ApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";
import { err, type Result } from "#lib/result.ts";

/** All keys of a person, oldest first, with those that the person took out of the list. */
export function listEveryApiKey(userId: UserId): Promise<(ApiKey & { deletedAt: Date | null })[]> {
  return database().apiKey.findMany({
    where: { userId },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
    select: {
      id: true,
      name: true,
      environment: true,
      prefix: true,
      createdAt: true,
      expiresAt: true,
      revokedAt: true,
      deletedAt: true,
      lastUsedAt: true,
      lastUsedAddress: true,
      lastUsedAgent: true,
    },
  });
}

/**
 * Revokes anybody's key, as exactly as its owner would: a key's owner never changes, so the owner that is read first is
 * the one that is revoked for. A deleted key was revoked with its deletion.
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
  // Its owner may have deleted it a moment ago, and who is told that it was revoked already may rely on that.
  await outliveLeases();
  return err("already_revoked");
}

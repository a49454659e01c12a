import type { UserId } from "#lib/accounts/model/user-id.ts";
import { mustVerifyEmail } from "#lib/accounts/verified-email.ts";
import { type Caller, recordEach } from "#lib/activity/record.ts";
import { inParts } from "#lib/api-keys/end-keys.ts";
import { KEY_SELECT } from "#lib/api-keys/key-columns.ts";
import { isOwned } from "#lib/api-keys/key-conditions.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { lockApiKey, lockOwner } from "#lib/api-keys/locks.ts";
import { isLiveKey } from "#lib/api-keys/model/status.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { err, ok, type Result } from "#lib/result.ts";

/** What disables keys and what enables them again, as assignments and a condition in SQL. */
const CHANGES = {
  disabled: {
    action: "api_key.disabled",
    set: (at: Date) => Prisma.sql`"disabledAt" = ${at}`,
    where: Prisma.sql`"disabledAt" IS NULL`,
  },
  enabled: {
    action: "api_key.enabled",
    set: (at: Date) => Prisma.sql`"disabledAt" = NULL, "loosened" = true, "enabledAt" = ${at}`,
    where: Prisma.sql`"disabledAt" IS NOT NULL`,
  },
} as const;
export type Disabling = keyof typeof CHANGES;

/**
 * Disables or enables those of a user's keys that aren't yet, records each, and returns their
 * number. The transaction has locked the keys; its caller waits for the leases after the commit.
 */
export async function markDisabled(
  transaction: Transaction,
  userId: UserId,
  ids: string[],
  disabling: Disabling,
  caller: Caller,
): Promise<number> {
  const { action, set, where } = CHANGES[disabling];
  const at = new Date();
  let changed = 0;
  for (const part of inParts(ids))
    changed += await recordEach(
      transaction,
      caller,
      { userId, action, at },
      Prisma.sql`UPDATE "ApiKey" SET ${set(at)}
        WHERE ${isOwned(userId)} AND "id" = ANY(${part}::uuid[]) AND "revokedAt" IS NULL AND ${where}
        RETURNING "id", "name"`,
    );
  return changed;
}

/**
 * Disables or enables a key. Every instance rejects, or accepts, requests that start after this
 * returns. If the key is already in that state, this succeeds and records nothing.
 *
 * `not_active`: a revoked or expired key can't be disabled or enabled. `session_over`: the account
 * was deleted, or its session ended, while this waited. `email_unverified`: see `claimKeySlot`.
 */
export async function setDisabled(
  userId: UserId,
  id: string,
  disabling: Disabling,
  caller: Caller,
): Promise<Result<undefined, "not_found" | "not_active" | "session_over" | "email_unverified">> {
  const changed = await database().$transaction(async (transaction) => {
    if (!(await lockOwner(transaction, userId, caller))) return err("session_over");
    if (disabling === "enabled" && (await mustVerifyEmail(transaction, userId))) return err("email_unverified");
    if (!(await lockApiKey(transaction, userId, id))) return err("not_found");
    const key = await transaction.apiKey.findUniqueOrThrow({ where: { id, userId }, select: KEY_SELECT });
    if (!isLiveKey(key, new Date())) return err("not_active");
    await markDisabled(transaction, userId, [id], disabling, caller);
    return ok();
  });
  // The promise holds for a key that was so already, too.
  if (changed.ok) await outliveLeases();
  return changed;
}

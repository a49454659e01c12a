import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { KEY_SELECT } from "#lib/api-keys/key-columns.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { lockApiKey, lockOwner } from "#lib/api-keys/locks.ts";
import { type Expiry, expiryInstant, lifetimeLimit } from "#lib/api-keys/model/expiry.ts";
import { isLiveKey } from "#lib/api-keys/model/status.ts";
import { currentSuccessor, readSuccessors } from "#lib/api-keys/rotation-chain.ts";
import { env } from "#lib/config/env.ts";
import { database } from "#lib/database/client.ts";
import { err, ok, type Result } from "#lib/result.ts";

type ExpiryError = "not_found" | "not_active" | "leaked" | "replaced" | "expiry_out_of_range" | "session_over";

/**
 * Changes or removes the expiry of an active or disabled key. When this returns, no instance uses
 * the old expiry.
 *
 * `not_active`: a key that has ended never works again. `leaked`: the time of a leaked key's
 * revocation can't change. `replaced`: `extendOverlap` changes the end of an old key.
 * `expiry_out_of_range`, `session_over`: as in `createApiKey`.
 */
export async function changeExpiry(
  userId: UserId,
  id: string,
  expiry: Expiry,
  caller: Caller,
): Promise<Result<undefined, ExpiryError>> {
  const changed = await database().$transaction(async (transaction) => {
    if (!(await lockOwner(transaction, userId, caller))) return err("session_over");
    if (!(await lockApiKey(transaction, userId, id))) return err("not_found");
    const now = new Date();
    const key = await transaction.apiKey.findUniqueOrThrow({ where: { id, userId }, select: KEY_SELECT });
    if (!isLiveKey(key, now)) return err("not_active");
    if (key.revokesAt) return err("leaked");
    if (currentSuccessor(await readSuccessors(transaction, userId, id), now)) return err("replaced");
    const expiresAt = expiryInstant(expiry, now, lifetimeLimit(key.createdAt, env().MAX_KEY_LIFETIME_DAYS));
    if (expiresAt === "out_of_range") return err("expiry_out_of_range");
    if (expiresAt?.getTime() === key.expiresAt?.getTime()) return ok();
    await transaction.apiKey.update({
      where: { id, userId },
      // A successor that has ended decides nothing any more.
      data: { expiresAt, endsOnUse: false, ...(expiresAt ? {} : { loosened: true }) },
      select: { id: true },
    });
    await recordActivity(transaction, caller, {
      userId,
      action: "api_key.expiry_changed",
      apiKeyId: id,
      details: {
        name: key.name,
        from: key.expiresAt?.toISOString() ?? null,
        to: expiresAt?.toISOString() ?? null,
      },
    });
    return ok();
  });
  if (changed.ok) await outliveLeases();
  return changed;
}

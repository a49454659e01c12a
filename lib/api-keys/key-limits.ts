import type { UserId } from "#lib/accounts/model/user-id.ts";
import { reserveKey, type Throttled } from "#lib/accounts/throttle.ts";
import { mustVerifyEmail } from "#lib/accounts/verified-email.ts";
import { hasStatus, isListed, isLive } from "#lib/api-keys/key-conditions.ts";
import { env } from "#lib/config/env.ts";
import type { Transaction } from "#lib/database/client.ts";
import { err } from "#lib/result.ts";

/**
 * `too_many_keys`: the account has `MAX_ACTIVE_KEYS` active and disabled keys and decoys.
 * `key_limit`: it has `MAX_KEYS` in all, because rows of keys are never removed. `throttled`: it
 * recently created many. `email_unverified`: `REQUIRE_VERIFIED_EMAIL` is set and the account's
 * address isn't verified.
 */
export type KeyLimitError =
  | { ok: false; error: "too_many_keys" | "email_unverified" }
  | { ok: false; error: "key_limit"; supportUrl: string | undefined }
  | Throttled;

/**
 * Checks whether an account may have one more key, and counts it. The transaction has locked the
 * owner: without the lock 18 of 20 parallel creations passed with one place left. `ending` active
 * keys end in the same transaction.
 */
export async function claimKeySlot(
  transaction: Transaction,
  userId: UserId,
  now: Date,
  ending: 0 | 1 = 0,
): Promise<{ ok: true } | KeyLimitError> {
  const { MAX_ACTIVE_KEYS, MAX_KEYS, SUPPORT_URL } = env();
  if (await mustVerifyEmail(transaction, userId)) return err("email_unverified");
  const [{ active }] = await transaction.$queryRaw<[{ active: number }]>`
    SELECT count(*)::int AS "active" FROM "ApiKey" WHERE ${isListed(userId)} AND (${isLive(now)} OR ${hasStatus("decoy", now)})`;
  if (active - ending >= MAX_ACTIVE_KEYS) return err("too_many_keys");
  const reserved = await reserveKey(transaction, userId);
  if (!reserved.ok) return reserved;
  const { count } = await transaction.user.updateMany({
    where: { id: userId, keysMade: { lt: MAX_KEYS } },
    data: { keysMade: { increment: 1 } },
  });
  return count === 1 ? reserved : { ok: false, error: "key_limit", supportUrl: SUPPORT_URL };
}

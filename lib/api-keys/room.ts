import type { UserId } from "#lib/accounts/model/user-id.ts";
import { reserveKey, type Throttled } from "#lib/accounts/throttle.ts";
import { env } from "#lib/config/env.ts";
import type { Transaction } from "#lib/database/client.ts";

/**
 * `too_many_keys`: the account has `MAX_ACTIVE_KEYS` active ones. `key_limit`: it has `MAX_KEYS`, whatever became of them; rows of keys
 * are never removed. `throttled`: it has made many lately.
 */
export type NoRoom =
  | { ok: false; error: "too_many_keys" }
  | { ok: false; error: "key_limit"; supportUrl: string | undefined }
  | Throttled;

/**
 * Says whether an account may have one more key and counts it as made. The transaction has locked the owner, because a bare count let
 * 18 of 20 parallel creations through with one place left. `leaving` active keys end with this one's creation.
 */
export async function takeRoom(
  transaction: Transaction,
  userId: UserId,
  now: Date,
  leaving: 0 | 1 = 0,
): Promise<{ ok: true } | NoRoom> {
  const { MAX_ACTIVE_KEYS, MAX_KEYS, SUPPORT_URL } = env();
  const active = await transaction.apiKey.count({
    where: { userId, revokedAt: null, deletedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
  });
  if (active - leaving >= MAX_ACTIVE_KEYS) return { ok: false, error: "too_many_keys" };
  const reserved = await reserveKey(transaction, userId);
  if (!reserved.ok) return reserved;
  const { count } = await transaction.user.updateMany({
    where: { id: userId, keysMade: { lt: MAX_KEYS } },
    data: { keysMade: { increment: 1 } },
  });
  return count === 1 ? reserved : { ok: false, error: "key_limit", supportUrl: SUPPORT_URL };
}

import type { UserId } from "#lib/accounts/model/user-id.ts";
import { env } from "#lib/config/env.ts";
import type { Transaction } from "#lib/database/client.ts";

/** Tells whether `REQUIRE_VERIFIED_EMAIL` prevents an account from getting another working key. */
export async function mustVerifyEmail(transaction: Transaction, userId: UserId): Promise<boolean> {
  if (!env().REQUIRE_VERIFIED_EMAIL) return false;
  const user = await transaction.user.findUnique({ where: { id: userId }, select: { emailVerifiedAt: true } });
  return !user?.emailVerifiedAt;
}

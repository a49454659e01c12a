import type { UserId } from "#lib/accounts/model/user-id.ts";
import { pool } from "#lib/database/client.ts";

/**
 * SQL: the credits that a key used in this UTC month, which its spending cap limits. Exact if the
 * statement has locked the account's balance first.
 */
export const keyCreditsOfMonth = (userId: string, apiKeyId: string) => `"key_credits_of_month"(${userId}, ${apiKeyId})`;

/**
 * Returns the credits that a key used in this UTC month, including requests in flight. A refund
 * reduces the month of its charge.
 */
export async function creditsUsedThisMonth(userId: UserId, apiKeyId: string): Promise<number> {
  const { rows } = await pool().query<{ used: number }>(`SELECT ${keyCreditsOfMonth("$1", "$2")} AS "used"`, [
    userId,
    apiKeyId,
  ]);
  return rows[0]?.used ?? 0;
}

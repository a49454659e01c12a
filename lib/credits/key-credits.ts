import type { UserId } from "#lib/accounts/model/user-id.ts";
import { pool } from "#lib/database/client.ts";

/**
 * SQL: the credits that a key used in this UTC month, which its own cap limits. Exact in a
 * statement that has locked the account's balance before.
 */
export const keyCreditsOfMonth = (userId: string, apiKeyId: string) => `"key_credits_of_month"(${userId}, ${apiKeyId})`;

/**
 * Returns the credits that a key used in this UTC month, requests in flight included. Refunds are
 * subtracted from the month of their charge.
 */
export async function creditsUsedThisMonth(userId: UserId, apiKeyId: string): Promise<number> {
  const { rows } = await pool().query<{ used: number }>(`SELECT ${keyCreditsOfMonth("$1", "$2")} AS "used"`, [
    userId,
    apiKeyId,
  ]);
  return rows[0]?.used ?? 0;
}

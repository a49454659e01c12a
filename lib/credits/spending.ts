import type { UserId } from "#lib/accounts/model/user-id.ts";

/**
 * What an account may still spend. `requests` is the rest of this UTC month's quota; null for no
 * quota.
 */
export type Remaining = { credits: number; requests: number | null };

export type Spending = {
  userId: UserId;
  apiKeyId: string;
  credits: number;
  /** Monthly quota of costed requests in the account's tier; null for no quota. */
  quota: number | null;
  /** The credits that the key can spend in a UTC month; null for no cap. */
  cap: number | null;
};

/**
 * `no_credits`: the balance is lower than the cost. `quota_exceeded`: there are credits, but the
 * monthly quota is used up. `key_cap_exceeded`: the account can pay, but the cost would exceed the
 * key's spending cap.
 */
export type SpendError = "no_credits" | "quota_exceeded" | "key_cap_exceeded";

/**
 * The counter of a month's requests stops here. It is twice the largest quota, so no account gets
 * past its quota.
 */
export const REQUESTS_MAX = 2_147_483_647;

/** Subtracts the requests of the month from the quota. */
export function toRemaining(
  { credits, requests }: { credits: number; requests: number },
  quota: number | null,
): Remaining {
  return { credits, requests: quota === null ? null : Math.max(0, quota - requests) };
}

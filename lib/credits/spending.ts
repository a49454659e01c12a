import type { UserId } from "#lib/accounts/model/user-id.ts";

/** What an account may still spend. `requests` are the costed ones that are left in this UTC month; null is no quota. */
export type Remaining = { credits: number; requests: number | null };

export type Spending = {
  userId: UserId;
  apiKeyId: string;
  credits: number;
  /** Costed requests a month of the account's tier; null is no quota. */
  quota: number | null;
};

/** `no_credits`: fewer are left than it costs. `quota_exceeded`: there are credits, but the month's requests are used up. */
export type SpendError = "no_credits" | "quota_exceeded";

/** Here an account's month counts on no more: it is twice the largest quota, so that nobody passes by it. */
export const REQUESTS_MAX = 2_147_483_647;

/** Subtracts the requests of the month from the quota. */
export function toRemaining(
  { credits, requests }: { credits: number; requests: number },
  quota: number | null,
): Remaining {
  return { credits, requests: quota === null ? null : Math.max(0, quota - requests) };
}

export type Tier = {
  /** Null for no limit. */
  requestsPerMinute: number | null;
  /** Billable requests a calendar month (UTC); null for no quota. */
  requestsPerMonth: number | null;
  signupCredits: number;
};

/** Names a key's own limit in the rate-limit headers. A tier's name names the account's limit. */
export const KEY_POLICY = "key";

/**
 * The tiers of the published plans, unless `TIERS_FILE` replaces them. New accounts get the first.
 */
export const DEFAULT_TIERS = {
  free: { requestsPerMinute: 20, requestsPerMonth: 1_000, signupCredits: 100 },
  pro: { requestsPerMinute: 120, requestsPerMonth: 50_000, signupCredits: 0 },
  scale: { requestsPerMinute: 1_200, requestsPerMonth: null, signupCredits: 0 },
} satisfies Record<string, Tier>;

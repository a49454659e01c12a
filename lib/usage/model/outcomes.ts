/**
 * How a request with a known key ended. `forbidden` is in older rows, for what is now `no_credits`
 * or `quota_exceeded`. The last seven reject the key itself.
 */
export const OUTCOMES = [
  "ok",
  "rate_limited",
  "no_credits",
  "quota_exceeded",
  "key_cap_exceeded",
  "forbidden",
  "insufficient_scope",
  "invalid",
  "error",
  "revoked",
  "expired",
  "disabled",
  "deleted",
  "owner_disabled",
  "address_not_allowed",
  "decoy",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The groups that a chart shows. */
export const OUTCOME_GROUPS = {
  ok: ["ok"],
  limited: ["rate_limited", "no_credits", "quota_exceeded", "key_cap_exceeded", "forbidden"],
  invalid: ["invalid"],
  error: ["error"],
  rejected: [
    "insufficient_scope",
    "revoked",
    "expired",
    "disabled",
    "deleted",
    "owner_disabled",
    "address_not_allowed",
    "decoy",
  ],
} as const satisfies Record<string, readonly Outcome[]>;
export type OutcomeGroup = keyof typeof OUTCOME_GROUPS;

export const NO_REQUESTS: Record<OutcomeGroup, number> = { ok: 0, limited: 0, invalid: 0, error: 0, rejected: 0 };

/** Returns undefined for an outcome that this version doesn't know. */
export function outcomeGroup(outcome: string): OutcomeGroup | undefined {
  const groups = Object.keys(OUTCOME_GROUPS) as OutcomeGroup[];
  return groups.find((group) => (OUTCOME_GROUPS[group] as readonly string[]).includes(outcome));
}

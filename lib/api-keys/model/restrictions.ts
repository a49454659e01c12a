/** Limits what a key can do compared with its account. */
export type Restrictions = {
  /** Names of permissions; null for full access, including permissions that are added later. */
  scopes: string[] | null;
  /** CIDR ranges in canonical form; null for any address. */
  allowedNetworks: string[] | null;
  /** The key's own rate limit in addition to its account's; null for none. */
  requestsPerMinute: number | null;
  /** The credits that the key can spend in a UTC month; null for no cap. */
  creditsPerMonth: number | null;
};

/** Full access from anywhere, within the limits of the account. */
export const UNRESTRICTED: Restrictions = {
  scopes: null,
  allowedNetworks: null,
  requestsPerMinute: null,
  creditsPerMonth: null,
};

/** The columns of a key. Lists are separated by spaces. */
export type RestrictionColumns = {
  scopes: string | null;
  allowedNetworks: string | null;
  requestsPerMinute: number | null;
  creditsPerMonth: number | null;
};

export function restrictionsOf(key: RestrictionColumns): Restrictions {
  const { scopes, allowedNetworks, requestsPerMinute, creditsPerMonth } = key;
  return { scopes: listOf(scopes), allowedNetworks: listOf(allowedNetworks), requestsPerMinute, creditsPerMonth };
}

export function restrictionColumns(restrictions: Restrictions): RestrictionColumns {
  const { scopes, allowedNetworks, requestsPerMinute, creditsPerMonth } = restrictions;
  return {
    scopes: scopes?.join(" ") ?? null,
    allowedNetworks: allowedNetworks?.join(" ") ?? null,
    requestsPerMinute,
    creditsPerMonth,
  };
}

/** Tells whether any restriction applies to a key. */
export function isRestricted(key: RestrictionColumns): boolean {
  return [key.scopes, key.allowedNetworks, key.requestsPerMinute, key.creditsPerMonth].some((value) => value !== null);
}

function listOf(text: string | null): string[] | null {
  return text === null ? null : text.split(" ").filter(Boolean);
}

import type { UserId } from "#lib/accounts/model/user-id.ts";
import { findTier } from "#lib/accounts/store.ts";
import type { Scope } from "#lib/config/scopes.ts";
import { recentScopes } from "#lib/config/scopes-file.ts";
import { tierOf } from "#lib/config/tiers-file.ts";
import { listCallerNetworks } from "#lib/usage/read.ts";

/** The data of the restrictions form: the choices, and what its warnings are based on. */
export type RestrictionChoices = {
  scopes: Scope[];
  /** The account's rate limit; null for none. */
  requestsPerMinute: number | null;
  /** The networks of the key's recent callers, the latest first. Empty for a new key. */
  callers: string[];
};

/** Reads the choices for one of the user's keys, or for a new one. */
export async function readRestrictionChoices(userId: UserId, apiKeyId: string | null): Promise<RestrictionChoices> {
  const [{ tier }, callers] = await Promise.all([
    findTier(userId),
    apiKeyId ? listCallerNetworks(userId, apiKeyId) : [],
  ]);
  return { scopes: recentScopes(), requestsPerMinute: tierOf(userId, tier).requestsPerMinute, callers };
}

import type { Restrictions } from "#lib/api-keys/model/restrictions.ts";
import { recentScopes } from "#lib/config/scopes-file.ts";

/**
 * Tells whether restrictions name a permission that doesn't exist. Those in `before` are allowed,
 * because they may have existed when the key got them.
 */
export function namesUnknownScope({ scopes }: Restrictions, before?: Restrictions): boolean {
  if (!scopes) return false;
  const known = new Set([...recentScopes().map(({ name }) => name), ...(before?.scopes ?? [])]);
  return scopes.some((name) => !known.has(name));
}

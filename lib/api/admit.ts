import { readCredential } from "#lib/api/credential.ts";
import { type RejectionCause, type Verification, type VerifiedKey, verifySecret } from "#lib/api-keys/verify.ts";
import { KEY_POLICY, type Tier } from "#lib/config/tiers.ts";
import { tierOf } from "#lib/config/tiers-file.ts";
import type { Bucket } from "#lib/rate-limits/bucket.ts";
import { limiter, type RateLimit } from "#lib/rate-limits/limiter.ts";
import { whenKnown } from "#lib/when-known.ts";

/** The decision about a request: whose key it carries, and whether key and rate limit accept it. */
export type Admission =
  | { kind: "admitted"; key: VerifiedKey; tier: Tier; limit: RateLimit | null }
  | { kind: "anonymous" }
  | { kind: "rejected"; cause: "malformed" | "unknown" }
  | { kind: "rejected"; cause: RejectionCause; key: Pick<VerifiedKey, "id" | "userId"> };

/**
 * Admits or rejects a request by its key, the client's address and, for a valid key, the rate
 * limits of its account and its own. An admitted request may still exceed a limit: see
 * `limit.exceeded`. `limit` is null if neither the tier nor the key has one. Returns no promise if
 * the key is cached and requests are counted in memory.
 *
 * @throws {UnavailableError} if the database can't answer, which never rejects a key.
 */
export function admit(rawHeaders: string[], address: string): Admission | Promise<Admission> {
  const credential = readCredential(rawHeaders);
  if (credential.kind === "none") return { kind: "anonymous" };
  if (credential.kind === "malformed") return { kind: "rejected", cause: "malformed" };
  return whenKnown(verifySecret(credential.secret, address), countAgainstLimit);
}

function countAgainstLimit(verification: Verification): Admission | Promise<Admission> {
  if (!verification.ok) return { kind: "rejected", ...verification };
  const { key } = verification;
  const tier = tierOf(key.userId, key.tier);
  const buckets = bucketsOf(key, tier);
  const limit = buckets.length === 0 ? null : limiter().consume(key.userId, buckets);
  return whenKnown(limit, (limit) => ({ kind: "admitted", key, tier, limit }));
}

function bucketsOf(key: VerifiedKey, tier: Tier): Bucket[] {
  const buckets: Bucket[] = [];
  if (tier.requestsPerMinute !== null)
    buckets.push({ id: key.userId, limit: tier.requestsPerMinute, policy: key.tier });
  if (key.requestsPerMinute !== null) buckets.push({ id: key.id, limit: key.requestsPerMinute, policy: KEY_POLICY });
  return buckets;
}

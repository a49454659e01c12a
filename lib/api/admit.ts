import { readCredential } from "#lib/api/credential.ts";
import { type RejectionCause, type Verification, type VerifiedKey, verifySecret } from "#lib/api-keys/verify.ts";
import type { Tier } from "#lib/config/tiers.ts";
import { tierOf } from "#lib/config/tiers-file.ts";
import { limiter, type RateLimit } from "#lib/rate-limits/limiter.ts";
import { whenKnown } from "#lib/when-known.ts";

/** The decision about a request: whose key it carries, and whether key and rate limit accept it. */
export type Admission =
  | { kind: "admitted"; key: VerifiedKey; tier: Tier; limit: RateLimit | null }
  | { kind: "anonymous" }
  | { kind: "rejected"; cause: "malformed" | "unknown" }
  | { kind: "rejected"; cause: RejectionCause; key: Pick<VerifiedKey, "id" | "userId"> };

/**
 * Decides about a request by its key, the client's address and, for a good key, its account's rate
 * limit. An admitted request may still exceed the limit: see `limit.exceeded`; `limit` is null for
 * a tier without one. Decides without a promise if the key is cached and requests are counted in
 * memory.
 *
 * @throws {UnavailableError} Never rejects a key because the database can't answer.
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
  const { requestsPerMinute } = tier;
  const limit = requestsPerMinute === null ? null : limiter().consume(key.userId, requestsPerMinute);
  return whenKnown(limit, (limit) => ({ kind: "admitted", key, tier, limit }));
}

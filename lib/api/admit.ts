import { readCredential } from "#lib/api/credential.ts";
import { type RejectionCause, type Verification, type VerifiedKey, verifySecret } from "#lib/api-keys/verify.ts";
import type { Tier } from "#lib/config/tiers.ts";
import { tierOf } from "#lib/config/tiers-file.ts";
import { limiter, type RateLimit } from "#lib/rate-limits/limiter.ts";
import { whenKnown } from "#lib/when-known.ts";

/** Who asks, and whether they may, as far as the key and the minute are concerned. */
export type Admission =
  | { kind: "admitted"; key: VerifiedKey; tier: Tier; limit: RateLimit | null }
  | { kind: "anonymous" }
  | { kind: "refused"; cause: "malformed" | "unknown" }
  | { kind: "refused"; cause: RejectionCause; key: Pick<VerifiedKey, "id" | "userId"> };

/**
 * The one decision about a request, whatever route asked: the key's and, for a good key, the tier's, whose `limit.exceeded`
 * says that it is one request too many; a tier without a limit has none. Known at once, without a turn of the event loop, for a key that
 * was used a moment ago.
 *
 * @throws if the database can't say: that is never a refusal.
 */
export function admit(rawHeaders: string[]): Admission | Promise<Admission> {
  const credential = readCredential(rawHeaders);
  if (credential.kind === "none") return { kind: "anonymous" };
  if (credential.kind === "refused") return { kind: "refused", cause: "malformed" };
  return whenKnown(verifySecret(credential.secret), countAgainstLimit);
}

function countAgainstLimit(verification: Verification): Admission | Promise<Admission> {
  if (!verification.ok) return { kind: "refused", ...verification };
  const { key } = verification;
  const tier = tierOf(key.userId, key.tier);
  const { requestsPerMinute } = tier;
  const limit = requestsPerMinute === null ? null : limiter().consume(key.userId, requestsPerMinute);
  return whenKnown(limit, (limit) => ({ kind: "admitted", key, tier, limit }));
}

import { readCredential } from "#lib/api/credential.ts";
import type { RefusalCause, VerifiedKey } from "#lib/api-keys/verify.ts";
import { verifySecret } from "#lib/api-keys/verify.ts";
import { limiter, type RateLimit } from "#lib/rate-limits/limiter.ts";
import type { Tier } from "#lib/tiers.ts";
import { tierOf } from "#lib/tiers-file.ts";

/** Who asks, and whether they may, as far as the key and the minute are concerned. */
export type Admission =
  | { kind: "admitted"; key: VerifiedKey; tier: Tier; limit: RateLimit | null }
  | { kind: "anonymous" }
  | { kind: "refused"; cause: "malformed" | "unknown" }
  | { kind: "refused"; cause: RefusalCause; key: Pick<VerifiedKey, "id" | "userId"> };

/**
 * The one decision about a request, whatever route asked: the key's and, for a good key, the tier's, whose `limit.exceeded`
 * says that it is one request too many; a tier without a limit has none.
 *
 * @throws if the database can't say: that is never a refusal.
 */
export async function admit(rawHeaders: string[]): Promise<Admission> {
  const credential = readCredential(rawHeaders);
  if (credential.kind === "none") return { kind: "anonymous" };
  if (credential.kind === "refused") return { kind: "refused", cause: "malformed" };
  // A key that is cached is known at once, and needs no turn of the event loop.
  const verified = verifySecret(credential.secret);
  const verification = verified instanceof Promise ? await verified : verified;
  if (!verification.ok) return { kind: "refused", ...verification };
  const { key } = verification;
  const tier = tierOf(key.userId, key.tier);
  const { requestsPerMinute } = tier;
  const limit = requestsPerMinute === null ? null : await limiter().consume(key.userId, requestsPerMinute);
  return { kind: "admitted", key, tier, limit };
}

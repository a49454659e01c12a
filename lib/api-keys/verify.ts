import { KeyCache } from "#lib/api-keys/key-cache.ts";
import type { CachedKey } from "#lib/api-keys/key-cache-queries.ts";
import { isSecret, secretId } from "#lib/api-keys/secret.ts";
import { onBrokenConnection } from "#lib/database/client.ts";
import { whenKnown } from "#lib/when-known.ts";

/** A key that may be used now. */
export type VerifiedKey = Readonly<Omit<CachedKey, "revoked" | "deleted" | "ownerDisabled">>;

/** Why a key that exists was refused. For the key's owner and the log; the caller is told nothing of it. */
export type RejectionCause = "deleted" | "revoked" | "expired" | "owner_disabled";

export type Verification =
  | { ok: true; key: VerifiedKey }
  | { ok: false; cause: "malformed" | "unknown" }
  | { ok: false; cause: RejectionCause; key: Pick<VerifiedKey, "id" | "userId"> };

const MALFORMED: Verification = { ok: false, cause: "malformed" };
const UNKNOWN: Verification = { ok: false, cause: "unknown" };

const cache = new KeyCache();
onBrokenConnection.add(() => cache.forget());

/**
 * Whether a text is a key that may be used now; at once for a key that was used a moment ago. Grammar and checksum are checked
 * before any query.
 *
 * @throws if the database can't say: that is never a refusal.
 */
export function verifySecret(secret: string): Verification | Promise<Verification> {
  if (!isSecret(secret)) return MALFORMED;
  return whenKnown(cache.find(secretId(secret)), judge);
}

function judge(key: CachedKey | null): Verification {
  if (!key) return UNKNOWN;
  const cause = causeOfRefusal(key);
  return cause ? { ok: false, cause, key } : { ok: true, key };
}

function causeOfRefusal({ deleted, revoked, expiresAt, ownerDisabled }: CachedKey): RejectionCause | undefined {
  if (deleted) return "deleted";
  if (revoked) return "revoked";
  if (expiresAt !== null && expiresAt <= Date.now()) return "expired";
  return ownerDisabled ? "owner_disabled" : undefined;
}

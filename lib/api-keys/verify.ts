import type { CachedKey } from "#lib/api-keys/cached-keys.ts";
import { KeyCache } from "#lib/api-keys/key-cache.ts";
import type { CacheQuery } from "#lib/api-keys/key-cache-queries.ts";
import { contains, parseClient } from "#lib/api-keys/model/network.ts";
import { type ApiKeyStatus, keyStatus } from "#lib/api-keys/model/status.ts";
import { isSecret, secretId } from "#lib/api-keys/secret.ts";
import { onBrokenConnection, pool } from "#lib/database/client.ts";
import { remembered } from "#lib/text/remembered.ts";
import { whenKnown } from "#lib/when-known.ts";

/** A key that may be used now. */
export type VerifiedKey = Readonly<
  Omit<CachedKey, "revokedAt" | "revokesAt" | "disabledAt" | "decoy" | "deleted" | "ownerDisabled">
>;

/** Why an existing key is rejected. For the key's owner and the log: callers aren't told. */
export type RejectionCause = "deleted" | Exclude<ApiKeyStatus, "active"> | "owner_disabled" | "address_not_allowed";

export type Verification =
  | { ok: true; key: VerifiedKey }
  | { ok: false; cause: "malformed" | "unknown" }
  | { ok: false; cause: RejectionCause; key: Pick<VerifiedKey, "id" | "userId"> };

const MALFORMED: Verification = { ok: false, cause: "malformed" };
const UNKNOWN: Verification = { ok: false, cause: "unknown" };

/** Runs a statement of a cache on the pool. */
export const queryPool: CacheQuery = async (statement) => (await pool().query(statement)).rows[0];

const cache = new KeyCache(queryPool);
onBrokenConnection.add(() => cache.forget());

/**
 * Checks whether a text is a key that can be used now, from this address. Checks grammar and
 * checksum without a query, and returns no promise for a key in the cache.
 *
 * @throws if the database can't answer, which is never a rejection.
 */
export function verifySecret(secret: string, address = ""): Verification | Promise<Verification> {
  if (!isSecret(secret)) return MALFORMED;
  return whenKnown(cache.find(secretId(secret)), (key) => verificationOf(key, address));
}

function verificationOf(key: CachedKey | null, address: string): Verification {
  if (!key) return UNKNOWN;
  const cause = rejectionOf(key, address);
  return cause ? { ok: false, cause, key } : { ok: true, key };
}

function rejectionOf(key: CachedKey, address: string): RejectionCause | undefined {
  if (key.deleted) return "deleted";
  const status = keyStatus(key, Date.now());
  if (status !== "active") return status;
  if (key.ownerDisabled) return "owner_disabled";
  return isAllowed(key, address) ? undefined : "address_not_allowed";
}

// Remembered, because the same addresses send many requests.
const clientOf = remembered(parseClient);

function isAllowed({ networks }: CachedKey, address: string): boolean {
  if (!networks) return true;
  const client = clientOf(address);
  return client !== undefined && networks.some((network) => contains(network, client));
}

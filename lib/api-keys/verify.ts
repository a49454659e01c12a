import { hashSecret, isSecret } from "#lib/api-keys/secret.ts";
import { keyStatus } from "#lib/api-keys/status.ts";
import { pool } from "#lib/database/client.ts";
import { inTime } from "#lib/database/deadline.ts";

export type VerifiedKey = {
  id: string;
  userId: string;
  name: string;
  environment: string;
  prefix: string;
  /** The owner's. */
  tier: string;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
};

/** Why a key that exists was refused. For the key's owner and the log; the caller is told nothing of it. */
export type RefusalCause = "deleted" | "revoked" | "expired" | "owner_disabled";

export type Verification =
  | { ok: true; key: VerifiedKey }
  | { ok: false; cause: "malformed" | "unknown" }
  | { ok: false; cause: RefusalCause; key: Pick<VerifiedKey, "id" | "userId"> };

type Row = VerifiedKey & { revokedAt: Date | null; deletedAt: Date | null; ownerDisabledAt: Date | null };

const FIND_BY_HASH = `
  SELECT k."id", k."userId", k."name", k."environment"::text AS "environment", k."prefix", k."createdAt", k."expiresAt",
         k."lastUsedAt", k."revokedAt", k."deletedAt", u."tier", u."disabledAt" AS "ownerDisabledAt"
  FROM "ApiKey" k JOIN "User" u ON u."id" = k."userId" WHERE k."hash" = $1`;

/**
 * Whether a text is a key that may be used now. Grammar and checksum are checked before any query.
 *
 * @throws if the database can't say: that is never a refusal.
 */
export async function verifySecret(secret: string): Promise<Verification> {
  if (!isSecret(secret)) return { ok: false, cause: "malformed" };
  const row = await findByHash(hashSecret(secret));
  if (!row) return { ok: false, cause: "unknown" };
  const { revokedAt, deletedAt, ownerDisabledAt, ...key } = row;
  const refuse = (cause: RefusalCause): Verification => ({ ok: false, cause, key });
  if (deletedAt) return refuse("deleted");
  const status = keyStatus({ revokedAt, expiresAt: key.expiresAt }, new Date());
  if (status !== "active") return refuse(status);
  if (ownerDisabledAt) return refuse("owner_disabled");
  return { ok: true, key };
}

async function findByHash(hash: Uint8Array): Promise<Row | undefined> {
  // Prepared once a connection; 3 times the work when Prisma asks.
  const query = pool().query<Row>({ name: "find-key-by-hash", text: FIND_BY_HASH, values: [hash] });
  const { rows } = await inTime(query);
  return rows[0];
}

import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { ApiKey } from "#lib/api-keys/key-columns.ts";
import { hasStatus, isListed } from "#lib/api-keys/key-conditions.ts";
import type { Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";

const LISTED_MAX = 100;

export type ActiveKeys = {
  total: number;
  /** The newest 100. */
  listed: Pick<ApiKey, "id" | "name" | "prefix" | "environment" | "createdAt" | "lastUsedAt">[];
  /**
   * Identifies the set of active keys. A decision about all keys sends back which set it is about.
   */
  fingerprint: string;
  /** When they were read. */
  at: Date;
};

/** Reads which keys of an account are active now. */
export async function readActiveKeys(transaction: Transaction, userId: UserId): Promise<ActiveKeys> {
  const at = new Date();
  const active = Prisma.sql`${isListed(userId)} AND ${hasStatus("active", at)}`;
  const [counted] = await transaction.$queryRaw<[Pick<ActiveKeys, "total" | "fingerprint">]>`
    SELECT count(*)::int AS "total",
           encode(sha256(convert_to(coalesce(string_agg("id"::text, ' ' ORDER BY "id"), ''), 'UTF8')), 'hex') AS "fingerprint"
    FROM "ApiKey" WHERE ${active}`;
  const listed = await transaction.$queryRaw<ActiveKeys["listed"]>`
    SELECT "id", "name", "prefix", "environment"::text AS "environment", "createdAt", "lastUsedAt"
    FROM "ApiKey" WHERE ${active} ORDER BY "createdAt" DESC, "id" DESC LIMIT ${LISTED_MAX}`;
  return { ...counted, listed, at };
}

import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { ApiKey } from "#lib/api-keys/store.ts";
import type { Transaction } from "#lib/database/client.ts";

const LISTED_MAX = 100;

export type ActiveKeys = {
  total: number;
  /** The newest 100. */
  listed: Pick<ApiKey, "id" | "name" | "prefix" | "environment" | "createdAt" | "lastUsedAt">[];
  /** Another one where another key is active: who decides about all keys sends back which they saw. */
  fingerprint: string;
  /** When they were read. */
  at: Date;
};

/** Reads which keys of an account work now. */
export async function readActiveKeys(transaction: Transaction, userId: UserId): Promise<ActiveKeys> {
  const at = new Date();
  const [counted] = await transaction.$queryRaw<[Pick<ActiveKeys, "total" | "fingerprint">]>`
    SELECT count(*)::int AS "total",
           encode(sha256(convert_to(coalesce(string_agg("id"::text, ' ' ORDER BY "id"), ''), 'UTF8')), 'hex') AS "fingerprint"
    FROM "ApiKey" WHERE "userId" = ${userId}::uuid AND "deletedAt" IS NULL AND "revokedAt" IS NULL
      AND ("expiresAt" IS NULL OR "expiresAt" > ${at})`;
  const listed = await transaction.apiKey.findMany({
    where: { userId, deletedAt: null, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: at } }] },
    select: { id: true, name: true, prefix: true, environment: true, createdAt: true, lastUsedAt: true },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: LISTED_MAX,
  });
  return { ...counted, listed, at };
}

import { pool } from "#lib/database/client.ts";

export const FINDINGS = ["expiring", "never_used", "idle", "many_networks", "old", "no_expiry"] as const;
export type FindingKind = (typeof FINDINGS)[number];

export type Finding = {
  kind: FindingKind;
  /** How many active keys it is about. */
  keys: number;
  /** The first few of them. */
  examples: { id: string; name: string }[];
};

const NETWORKS = 5;
const EXAMPLES = 3;

/**
 * What an owner would do well to look at, of active keys only, the most urgent first; none is good news. A key that expires is
 * told of 7 days ahead, one that nobody used 30 days after it was made, one that nobody uses any more after 90.
 */
export async function findHygiene(userId: string, now: Date): Promise<Finding[]> {
  const { rows } = await pool().query<{ kind: FindingKind; keys: number; examples: Finding["examples"] }>(
    `WITH "active" AS (
       SELECT k.* FROM "ApiKey" k
       WHERE k."userId" = $1 AND k."deletedAt" IS NULL AND k."revokedAt" IS NULL AND (k."expiresAt" IS NULL OR k."expiresAt" > $2)
         AND NOT EXISTS (SELECT FROM "ApiKey" s WHERE s."replacesId" = k."id")
     ), "found" AS (
       SELECT 'expiring' AS "kind", "id", "name" FROM "active" WHERE "expiresAt" <= $2 + interval '7 days'
       UNION ALL
       SELECT 'never_used', "id", "name" FROM "active" WHERE "lastUsedAt" IS NULL AND "createdAt" <= $2 - interval '30 days'
       UNION ALL
       SELECT 'idle', "id", "name" FROM "active" WHERE "lastUsedAt" <= $2 - interval '90 days'
       UNION ALL
       SELECT 'many_networks', "id", "name" FROM "active" k
       WHERE (SELECT count(DISTINCT c."addressPrefix") FROM "UsageCaller" c WHERE c."apiKeyId" = k."id") >= ${NETWORKS}
       UNION ALL
       SELECT 'old', "id", "name" FROM "active" WHERE "createdAt" <= $2 - interval '1 year'
       UNION ALL
       SELECT 'no_expiry', "id", "name" FROM "active" WHERE "expiresAt" IS NULL AND "createdAt" <= $2 - interval '90 days'
     )
     SELECT "kind", count(*)::int AS "keys",
            (array_agg(json_build_object('id', "id", 'name', "name") ORDER BY "id"))[1:${EXAMPLES}] AS "examples"
     FROM "found" GROUP BY 1`,
    [userId, now],
  );
  return FINDINGS.flatMap((kind) => rows.find((row) => row.kind === kind) ?? []);
}

import { lineOf } from "#lib/api-keys/line.ts";
import { pool } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";

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
const DAY_MS = 86_400_000;

/**
 * What an owner would do well to look at, of active keys only, the most urgent first; none is good news. A key that expires is
 * told of 7 days ahead, one that nobody used 30 days after it was made, one that nobody uses any more after 90.
 */
export async function findHygiene(userId: string, now: Date): Promise<Finding[]> {
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const { rows } = await pool().query<{ kind: FindingKind; keys: number; examples: Finding["examples"] }>(
    // The list's page asks for this each time, also with ten thousand keys: one pass over them, and every instant is reckoned
    // once and not for each key, which took five times as long. Networks are counted key by key, because a join reads everybody's.
    `WITH "found" AS MATERIALIZED (
       SELECT k."id", k."name", array_remove(ARRAY[
           CASE WHEN k."expiresAt" <= $3 THEN 'expiring' END,
           CASE WHEN k."lastUsedAt" IS NULL AND k."createdAt" <= $4 THEN 'never_used' END,
           CASE WHEN k."lastUsedAt" <= $5 THEN 'idle' END,
           CASE WHEN k."lastUsedAt" IS NOT NULL AND EXISTS (
             SELECT DISTINCT c."addressPrefix" FROM "UsageCaller" c WHERE c."apiKeyId" = k."id" OFFSET ${NETWORKS - 1}
           ) THEN 'many_networks' END,
           CASE WHEN k."createdAt" <= $6 THEN 'old' END,
           CASE WHEN k."expiresAt" IS NULL AND k."createdAt" <= $5 THEN 'no_expiry' END
         ], NULL) AS "kinds"
       FROM "ApiKey" k
       WHERE k."userId" = $1 AND k."deletedAt" IS NULL AND k."revokedAt" IS NULL AND (k."expiresAt" IS NULL OR k."expiresAt" > $2)
         AND k."id" NOT IN (
           SELECT o."id" FROM "ApiKey" s JOIN "ApiKey" o ON o."id" = s."replacesId"
           WHERE s."userId" = $1 AND o."revokedAt" IS NULL AND (o."expiresAt" IS NULL OR o."expiresAt" > $2) AND EXISTS (
             ${lineOf(Prisma.sql`o."id"`).text}
             SELECT 1 FROM "line" WHERE "revokedAt" IS NULL AND ("expiresAt" IS NULL OR "expiresAt" > $2)
           )
         )
     ), "ranked" AS (
       SELECT "kind", "id", "name", row_number() OVER (PARTITION BY "kind" ORDER BY "id") AS "rank", count(*) OVER (PARTITION BY "kind") AS "keys"
       FROM "found", unnest("kinds") AS "kind" WHERE "kinds" <> '{}'
     )
     SELECT "kind", max("keys")::int AS "keys", json_agg(json_build_object('id', "id", 'name', "name") ORDER BY "id") AS "examples"
     FROM "ranked" WHERE "rank" <= ${EXAMPLES} GROUP BY 1`,
    [userId, now, daysAgo(-7), daysAgo(30), daysAgo(90), daysAgo(365)],
  );
  return FINDINGS.flatMap((kind) => rows.find((row) => row.kind === kind) ?? []);
}

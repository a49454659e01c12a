import { FINDINGS, type FindingKind } from "#lib/api-keys/finding.ts";
import { isReplaced } from "#lib/api-keys/line.ts";
import { database } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";

export type Finding = {
  kind: FindingKind;
  /** How many active keys it is about. */
  keys: number;
};

const NETWORKS = 5;
const DAY_MS = 86_400_000;

/**
 * What an owner would do well to look at, of active keys only, the most urgent first; none is good news. The list shows exactly
 * the keys that are counted here when it is asked for a finding.
 */
export async function findHygiene(userId: string, now: Date): Promise<Finding[]> {
  // The list's page asks for this each time, also with ten thousand keys: one pass over them.
  const counts = FINDINGS.map(
    (kind) => Prisma.sql`count(*) FILTER (WHERE ${signOf(kind, now)})::int AS ${Prisma.raw(`"${kind}"`)}`,
  );
  const [found] = await database().$queryRaw<[Record<FindingKind, number>]>`
    SELECT ${Prisma.join(counts)} FROM "ApiKey" WHERE "userId" = ${userId}::uuid AND ${canBeFound(userId, now)}`;
  return FINDINGS.map((kind) => ({ kind, keys: found[kind] })).filter(({ keys }) => keys > 0);
}

/** Which of the person's keys a finding is about, as a condition on "ApiKey". */
export function isFound(userId: string, kind: FindingKind, now: Date): Prisma.Sql {
  return Prisma.sql`${canBeFound(userId, now)} AND ${signOf(kind, now)}`;
}

/** What has ended needs nothing, and of what was rotated the end is in sight. */
function canBeFound(userId: string, now: Date): Prisma.Sql {
  return Prisma.sql`"deletedAt" IS NULL AND "revokedAt" IS NULL AND ("expiresAt" IS NULL OR "expiresAt" > ${now})
    AND "id" NOT IN (
      SELECT r."replacesId" FROM "ApiKey" r WHERE r."userId" = ${userId}::uuid AND r."replacesId" IS NOT NULL
        AND ${isReplaced(Prisma.sql`r."replacesId"`, now)}
    )`;
}

/**
 * The one definition of each finding, for keys that can be found. Instants are reckoned here and not for each key, which took five
 * times as long. Networks are counted key by key, because a join reads everybody's; callers that were refused are among them.
 */
function signOf(kind: FindingKind, now: Date): Prisma.Sql {
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  switch (kind) {
    case "expiring":
      return Prisma.sql`"expiresAt" <= ${daysAgo(-7)}`;
    case "never_used":
      return Prisma.sql`"lastUsedAt" IS NULL AND "createdAt" <= ${daysAgo(30)}`;
    case "idle":
      return Prisma.sql`"lastUsedAt" <= ${daysAgo(90)}`;
    case "many_networks":
      return Prisma.sql`"lastUsedAt" > ${daysAgo(30)} AND EXISTS (
        SELECT DISTINCT c."addressPrefix" FROM "UsageCaller" c
        WHERE c."apiKeyId" = "id" AND c."lastSeenAt" > ${daysAgo(30)} OFFSET ${NETWORKS - 1})`;
    case "old":
      return Prisma.sql`"createdAt" <= ${daysAgo(365)}`;
    case "no_expiry":
      return Prisma.sql`"expiresAt" IS NULL AND "createdAt" <= ${daysAgo(90)}`;
  }
}

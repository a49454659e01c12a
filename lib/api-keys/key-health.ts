import type { UserId } from "#lib/accounts/model/user-id.ts";
import { FINDINGS, type FindingKind } from "#lib/api-keys/model/key-warning.ts";
import { isReplaced } from "#lib/api-keys/rotation-chain.ts";
import { database } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";

export type Finding = {
  kind: FindingKind;
  /** How many active keys it is about. */
  keys: number;
};

const NETWORKS = 5;
const DAY_MS = 86_400_000;

/** Of more active keys than this the findings are counted at most once a minute. */
const MANY_KEYS = 1_000;
const REMEMBERED_MS = 60_000;
const REMEMBERED_MAX = 1_000;
const remembered = new Map<string, { at: number; findings: Finding[] }>();

/**
 * What an owner would do well to look at, of active keys only, the most urgent first; none is good news. The list shows exactly
 * the keys that are counted here when it is asked for a finding. Of an account with thousands of keys the answer may be a minute old.
 */
export async function findHygiene(userId: UserId, now: Date): Promise<Finding[]> {
  const known = remembered.get(userId);
  if (known && now.getTime() - known.at < REMEMBERED_MS) return known.findings;
  const counts = FINDINGS.map(
    (kind) => Prisma.sql`count(*) FILTER (WHERE ${signOf(kind, now)})::int AS ${Prisma.raw(`"${kind}"`)}`,
  );
  const [found] = await database().$queryRaw<[Record<FindingKind | "all", number>]>`
    SELECT ${Prisma.join(counts)}, count(*)::int AS "all" FROM "ApiKey"
    WHERE "userId" = ${userId}::uuid AND ${canBeFound(userId, now)}`;
  const findings = FINDINGS.map((kind) => ({ kind, keys: found[kind] })).filter(({ keys }) => keys > 0);
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.delete(userId);
  if (found.all > MANY_KEYS) remembered.set(userId, { at: now.getTime(), findings });
  return findings;
}

/** Which of the person's keys a finding is about, as a condition on "ApiKey". */
export function isFound(userId: UserId, kind: FindingKind, now: Date): Prisma.Sql {
  return Prisma.sql`${canBeFound(userId, now)} AND ${signOf(kind, now)}`;
}

/**
 * What has ended needs nothing, and of what was rotated the end is in sight. Only active keys are asked for their successors: those
 * that were rotated before are ever more.
 */
function canBeFound(userId: UserId, now: Date): Prisma.Sql {
  const isActive = Prisma.sql`"deletedAt" IS NULL AND "revokedAt" IS NULL AND ("expiresAt" IS NULL OR "expiresAt" > ${now})`;
  return Prisma.sql`${isActive} AND "id" NOT IN (
      SELECT a."id" FROM "ApiKey" r JOIN (SELECT "id" FROM "ApiKey" WHERE ${isActive}) a ON a."id" = r."replacesId"
      WHERE r."userId" = ${userId}::uuid AND r."replacesId" IS NOT NULL AND ${isReplaced(Prisma.sql`a."id"`, now)}
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

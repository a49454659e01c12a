import type { UserId } from "#lib/accounts/model/user-id.ts";
import { isListed, isLive, isOwned } from "#lib/api-keys/key-conditions.ts";
import { isLiveKey } from "#lib/api-keys/model/status.ts";
import type { Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";

/**
 * A `WITH` clause for "successors": the keys of a rotation chain after the key with that id,
 * ordered by "place". "place" 1 is its direct successor.
 */
export function withSuccessors(id: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    WITH RECURSIVE "successors" AS (
      SELECT s."id", s."createdAt", s."expiresAt", s."revokedAt", s."revokesAt", s."decoy", 1 AS "place" FROM "ApiKey" s WHERE s."replacesId" = ${id}
      UNION ALL
      SELECT s."id", s."createdAt", s."expiresAt", s."revokedAt", s."revokesAt", s."decoy", p."place" + 1
      FROM "successors" p JOIN "ApiKey" s ON s."replacesId" = p."id"
    )`;
}

type Span = { createdAt: Date; expiresAt: Date | null };
type Successor = Span & { id: string; revokedAt: Date | null; revokesAt: Date | null; decoy: boolean };

/** Reads the successors of a user's key, its direct one first. */
export function readSuccessors(transaction: Transaction, userId: UserId, id: string): Promise<Successor[]> {
  const owned = Prisma.sql`(SELECT "id" FROM "ApiKey" WHERE ${isOwned(userId)} AND "id" = ${id}::uuid)`;
  return transaction.$queryRaw<Successor[]>`
    ${withSuccessors(owned)} SELECT "id", "createdAt", "expiresAt", "revokedAt", "revokesAt", "decoy" FROM "successors" ORDER BY "place"`;
}

/** Finds the key that replaces the one before the chain: the last successor that is live. */
export function currentSuccessor(successors: Successor[], now: Date): Successor | undefined {
  return successors.findLast((key) => isLiveKey(key, now));
}

/**
 * {@link currentSuccessor} in SQL, for a key `k`. For a key that has ended it is the direct
 * successor, whatever its status, because that is history.
 */
export function successorField(field: "id" | "expiresAt", now: Date): Prisma.Sql {
  const column = Prisma.raw(`"${field}"`);
  const live = isLive(now);
  return Prisma.sql`CASE WHEN ${live}
    THEN (${withSuccessors(Prisma.sql`k."id"`)} SELECT ${column} FROM "successors" WHERE ${live} ORDER BY "place" DESC LIMIT 1)
    ELSE (SELECT s.${column} FROM "ApiKey" s WHERE s."replacesId" = k."id") END`;
}

/**
 * How long the successor of a key lasts by default, in milliseconds; null if it has no end. A key
 * that was rotated before ends with its overlap, so that its last successor counts, too.
 */
export function successorDuration(key: Span, last: Span = key): number | null {
  const durations = [key, last].map((span) => span.expiresAt && span.expiresAt.getTime() - span.createdAt.getTime());
  return durations.reduce((one, other) => (one === null || other === null ? null : Math.max(one, other)), 0);
}

/** {@link successorDuration} of a key `k` in SQL. */
export const SUCCESSOR_DURATION = laterOf(
  (span) => Prisma.sql`(extract(epoch FROM ${span}."expiresAt" - ${span}."createdAt") * 1000)::float8`,
);

/**
 * SQL: the latest expiry that a rotation may give a key `k`. It is later than that of an overlap.
 */
export const LATEST_END = laterOf((span) => Prisma.sql`${span}."expiresAt"`);

/** The greater value of a key `k` and of its last successor, in SQL. Null is the greatest. */
function laterOf(value: (span: Prisma.Sql) => Prisma.Sql): Prisma.Sql {
  const ofLast = Prisma.sql`${withSuccessors(Prisma.sql`k."id"`)}
    SELECT coalesce(${value(Prisma.sql`l`)}, 'infinity') FROM "successors" l ORDER BY "place" DESC LIMIT 1`;
  return Prisma.sql`nullif(greatest(coalesce(${value(Prisma.sql`k`)}, 'infinity'), (${ofLast})), 'infinity')`;
}

/**
 * Selects a user's old keys: listed and live, and replaced by another live key. "successorId" is
 * {@link currentSuccessor}, and "usedSince" tells whether a request came after the rotation. A
 * rotation gives every old key an end, so that keys without one are not looked up.
 */
export function oldKeys(userId: UserId, now: Date): Prisma.Sql {
  const live = isLive(now);
  return Prisma.sql`
    SELECT * FROM (
      SELECT k."id", k."lastUsedAt" > s."createdAt" AS "usedSince",
        (${withSuccessors(Prisma.sql`k."id"`)} SELECT "id" FROM "successors" WHERE ${live} ORDER BY "place" DESC LIMIT 1) AS "successorId"
      FROM (SELECT * FROM "ApiKey" WHERE ${isListed(userId)} AND ${live} AND "expiresAt" IS NOT NULL) k
      JOIN "ApiKey" s ON s."replacesId" = k."id"
    ) o WHERE "successorId" IS NOT NULL`;
}

/** Whether a live key has replaced the one with that id, in SQL. */
export function isReplaced(id: Prisma.Sql, now: Date | Prisma.Sql): Prisma.Sql {
  return Prisma.sql`EXISTS (${withSuccessors(id)} SELECT 1 FROM "successors" WHERE ${isLive(now)})`;
}

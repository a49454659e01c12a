import type { UserId } from "#lib/accounts/model/user-id.ts";
import { hasStatus, isOwned } from "#lib/api-keys/key-conditions.ts";
import { keyStatus } from "#lib/api-keys/model/status.ts";
import type { Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";

/**
 * A `WITH` clause for "successors": the keys of a rotation chain after the key with that id,
 * ordered by "place". "place" 1 is its direct successor.
 */
export function withSuccessors(id: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    WITH RECURSIVE "successors" AS (
      SELECT s."id", s."expiresAt", s."revokedAt", 1 AS "place" FROM "ApiKey" s WHERE s."replacesId" = ${id}
      UNION ALL
      SELECT s."id", s."expiresAt", s."revokedAt", p."place" + 1
      FROM "successors" p JOIN "ApiKey" s ON s."replacesId" = p."id"
    )`;
}

type Successor = { id: string; expiresAt: Date | null; revokedAt: Date | null };

/** Reads the successors of a user's key, its direct one first. */
export function readSuccessors(transaction: Transaction, userId: UserId, id: string): Promise<Successor[]> {
  const owned = Prisma.sql`(SELECT "id" FROM "ApiKey" WHERE ${isOwned(userId)} AND "id" = ${id}::uuid)`;
  return transaction.$queryRaw<Successor[]>`
    ${withSuccessors(owned)} SELECT "id", "expiresAt", "revokedAt" FROM "successors" ORDER BY "place"`;
}

/** Finds the key that replaces the one before the chain: the last successor that is active. */
export function currentSuccessor(successors: Successor[], now: Date): Successor | undefined {
  return successors.findLast((key) => keyStatus(key, now) === "active");
}

/**
 * {@link currentSuccessor} in SQL, for a key `k`. For a key that has ended it is the direct
 * successor, whatever its status, because that is history.
 */
export function successorField(field: "id" | "expiresAt", now: Date): Prisma.Sql {
  const column = Prisma.raw(`"${field}"`);
  const active = hasStatus("active", now);
  return Prisma.sql`CASE WHEN ${active}
    THEN (${withSuccessors(Prisma.sql`k."id"`)} SELECT ${column} FROM "successors" WHERE ${active} ORDER BY "place" DESC LIMIT 1)
    ELSE (SELECT s.${column} FROM "ApiKey" s WHERE s."replacesId" = k."id") END`;
}

/**
 * The end that a rotation gives the successor of a key `k`, in SQL. A key that was rotated before
 * ends with its overlap; the last key of its chain has the end that it was created with.
 */
export const PASSED_END = Prisma.sql`nullif(greatest(
  coalesce(k."expiresAt", 'infinity'),
  (${withSuccessors(Prisma.sql`k."id"`)} SELECT coalesce("expiresAt", 'infinity') FROM "successors" ORDER BY "place" DESC LIMIT 1)
), 'infinity')`;

/** Whether an active key has replaced the one with that id, in SQL. */
export function isReplaced(id: Prisma.Sql, now: Date): Prisma.Sql {
  return Prisma.sql`EXISTS (${withSuccessors(id)} SELECT 1 FROM "successors" WHERE ${hasStatus("active", now)})`;
}

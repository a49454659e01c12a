import { keyStatus } from "#lib/api-keys/model/status.ts";
import type { Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";

/**
 * SQL: "line" with the keys that came after the one with that id, its successor first, then that one's and so on, by "place". A
 * successor that was rotated itself has left its place to a later one.
 */
export function lineOf(id: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    WITH RECURSIVE "line" AS (
      SELECT s."id", s."expiresAt", s."revokedAt", 1 AS "place" FROM "ApiKey" s WHERE s."replacesId" = ${id}
      UNION ALL
      SELECT s."id", s."expiresAt", s."revokedAt", l."place" + 1 FROM "line" l JOIN "ApiKey" s ON s."replacesId" = l."id"
    )`;
}

type Follower = { id: string; expiresAt: Date | null; revokedAt: Date | null };

export function readLine(transaction: Transaction, id: string): Promise<Follower[]> {
  return transaction.$queryRaw<Follower[]>`
    ${lineOf(Prisma.sql`${id}::uuid`)} SELECT "id", "expiresAt", "revokedAt" FROM "line" ORDER BY "place"`;
}

/** The key that takes the place of the one before the line: the newest that works, if any does. */
export function successorIn(line: Follower[], now: Date): Follower | undefined {
  return line.findLast((key) => keyStatus(key, now) === "active");
}

/**
 * SQL: the same for the list, of a key `k`; but for one that has ended it is the first of its line, whatever became of that,
 * because this is history.
 */
export function successorOf(field: "id" | "expiresAt", now: Date): Prisma.Sql {
  const column = Prisma.raw(`"${field}"`);
  return Prisma.sql`CASE WHEN ${isActive(now)}
    THEN (${lineOf(Prisma.sql`k."id"`)} SELECT ${column} FROM "line" WHERE ${isActive(now)} ORDER BY "place" DESC LIMIT 1)
    ELSE (SELECT s.${column} FROM "ApiKey" s WHERE s."replacesId" = k."id") END`;
}

/**
 * SQL: the end that a rotation gives the successor of a key `k`. The end of a key that was rotated already is its overlap's; the one
 * it was made with has passed to the last of its line.
 */
export const PASSED_END = Prisma.sql`nullif(greatest(
  coalesce(k."expiresAt", 'infinity'),
  (${lineOf(Prisma.sql`k."id"`)} SELECT coalesce("expiresAt", 'infinity') FROM "line" ORDER BY "place" DESC LIMIT 1)
), 'infinity')`;

/** SQL: whether a key that works has taken the place of the one with that id. */
export function isReplaced(id: Prisma.Sql, now: Date): Prisma.Sql {
  return Prisma.sql`EXISTS (${lineOf(id)} SELECT 1 FROM "line" WHERE ${isActive(now)})`;
}

function isActive(now: Date): Prisma.Sql {
  return Prisma.sql`"revokedAt" IS NULL AND ("expiresAt" IS NULL OR "expiresAt" > ${now})`;
}

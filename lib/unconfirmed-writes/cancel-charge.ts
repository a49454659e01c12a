import { REFUND_ID } from "#lib/credits/refund-groups.ts";
import type { Spending } from "#lib/credits/spending.ts";
import { database } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";

/**
 * Makes sure that the charge or reservation `id` costs nothing, for a write whose outcome is
 * unknown. Refunds it once if it was made, however often this is called, and keeps it from being
 * made later if it wasn't.
 */
export async function cancelCharge(
  id: string,
  { userId, apiKeyId }: Pick<Spending, "userId" | "apiKeyId">,
): Promise<void> {
  // A movement of 0 credits takes the charge's id. A statement that still waits somewhere then
  // fails as a duplicate.
  const unspent = await database().$executeRaw`
    INSERT INTO "CreditMovement" ("id", "userId", "kind", "amount", "apiKeyId")
    VALUES (${id}::uuid, ${userId}::uuid, 'charged', 0, ${apiKeyId}::uuid) ON CONFLICT ("id") DO NOTHING`;
  if (unspent === 1) return;
  // Locks the account first, as groups do. The later parts must read the lock's result: PostgreSQL
  // runs a part that nothing reads last.
  await database().$executeRaw`
    WITH "locked" AS (
      SELECT "userId" FROM "Balance" WHERE "userId" = ${userId}::uuid FOR NO KEY UPDATE
    ), "closed" AS (
      DELETE FROM "Reservation" r USING "locked" l WHERE r."id" = ${id}::uuid AND r."userId" = l."userId"
    ), "charge" AS (
      SELECT m.*, date_trunc('month', "createdAt" AT TIME ZONE 'UTC')::date AS "month"
      FROM "locked" l, "CreditMovement" m WHERE m."id" = ${id}::uuid AND m."userId" = l."userId" AND "amount" < 0
    ), "movement" AS (
      INSERT INTO "CreditMovement" ("id", "userId", "kind", "amount", "apiKeyId", "reservationId")
      SELECT ${Prisma.raw(REFUND_ID)}, "userId", 'refunded', -"amount", "apiKeyId", "reservationId" FROM "charge"
      ON CONFLICT ("id") DO NOTHING RETURNING "amount"
    )
    UPDATE "Balance" b SET "credits" = b."credits" + m."amount", "requests" = b."requests" - (b."month" = c."month")::int
    FROM "movement" m, "charge" c WHERE b."userId" = c."userId"`;
}

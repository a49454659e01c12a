import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Left, StatementGroups, type Waiting } from "#lib/credits/statement-groups.ts";
import { pool } from "#lib/database/client.ts";

/** `id` is the id of the reservation. */
type Refund = { id: string; userId: UserId };

/**
 * SQL: the id of a charge's refund, which is the charge's id as a UUID of version 8. No charge has
 * that version, so the ledger can't hold two refunds of one charge.
 */
export const REFUND_ID = `overlay("id"::text PLACING '8' FROM 15)::uuid`;

/**
 * Refunds reservations in groups. Resolves to false for reservations that were already settled or
 * refunded.
 */
export class RefundGroups {
  readonly #groups = new StatementGroups({ send, groupsMax: 1, heldMax: 1 });

  refund(refund: Refund): Promise<boolean> {
    return this.#groups.ask(refund);
  }
}

/**
 * SQL: refunds a group. Deleting a reservation's row decides its outcome, so nothing is refunded
 * twice. Accounts are locked in the same order as by a charge.
 */
const statement = ({ wait }: { wait: boolean }) => `
  WITH "asked" AS (
    SELECT * FROM unnest((SELECT $1::uuid[]), (SELECT $2::uuid[])) WITH ORDINALITY AS a("id", "userId", "place")
  ), "locked" AS MATERIALIZED (
    SELECT b."userId", b."credits", b."month", b."requests" FROM "Balance" b WHERE b."userId" = ANY ((SELECT $2::uuid[])::uuid[])
    ORDER BY b."userId" FOR NO KEY UPDATE ${wait ? "" : "SKIP LOCKED"}
  ), "open" AS MATERIALIZED (
    SELECT r."id" FROM "locked" l, "Reservation" r WHERE r."id" = ANY ((SELECT $1::uuid[])::uuid[]) AND r."userId" = l."userId"
    ORDER BY r."id" FOR UPDATE OF r ${wait ? "" : "SKIP LOCKED"}
  ), "closed" AS (
    DELETE FROM "Reservation" r USING "open" o WHERE r."id" = o."id" RETURNING r."id", r."userId", r."apiKeyId", r."credits", r."month"
  ), "movement" AS (
    INSERT INTO "CreditMovement" ("id", "userId", "kind", "amount", "apiKeyId", "reservationId")
    SELECT ${REFUND_ID}, "userId", 'refunded', "credits", "apiKeyId", "id" FROM "closed"
    ON CONFLICT ("id") DO NOTHING RETURNING "reservationId"
  ), "sum" AS (
    SELECT l."userId", sum(c."credits")::int AS "credits", count(*) FILTER (WHERE c."month" = l."month") AS "requests"
    FROM "closed" c JOIN "movement" m ON m."reservationId" = c."id" JOIN "locked" l ON l."userId" = c."userId" GROUP BY 1
  ), "balance" AS (
    UPDATE "Balance" b SET "credits" = l."credits" + s."credits", "requests" = l."requests" - s."requests"
    FROM "locked" l, "sum" s WHERE b."userId" = l."userId" AND l."userId" = s."userId"
  )
  SELECT c."id" IS NOT NULL AS "refunded" FROM "asked" a LEFT JOIN "closed" c USING ("id", "userId") ORDER BY a."place"`;

// Not prepared: a plan made while the tables are small would later scan all of them.
const GROUP = statement({ wait: false });
const ACCOUNT = statement({ wait: true });

async function send(group: Waiting<Refund, boolean>[], { wait }: { wait: boolean }): Promise<Left<Refund, boolean>> {
  const values = [group.map(({ item }) => item.id), group.map(({ item }) => item.userId)];
  const { rows } = await pool().query<{ refunded: boolean }>({ text: wait ? ACCOUNT : GROUP, values });
  const held = wait ? [] : group.filter((_, i) => !rows[i]?.refunded);
  for (const [i, { resolve }] of group.entries()) if (wait || rows[i]?.refunded) resolve(rows[i]?.refunded ?? false);
  return { held, undecided: [] };
}

import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Left, StatementGroups, type Waiting } from "#lib/credits/statement-groups.ts";
import { pool } from "#lib/database/client.ts";
import { CLOCK_MS, lateError, syncClock } from "#lib/unconfirmed-writes/database-clock.ts";

type Settlement = {
  /** The id of the reservation. */
  id: string;
  userId: UserId;
  /**
   * Stored under the idempotency key of the reservation, if it has one. Null for an answer that is
   * too large to store.
   */
  answer: string | null;
  /** The same deadline as a charge's; null for none. */
  deadline: number | null;
  weight: number;
};
type WaitingSettlement = Waiting<Settlement, boolean>;

/** Limits a group to 500 settlements or about 2 MB of answers. */
const BYTES_OF_WEIGHT = 4_096;

/**
 * Settles reservations in groups. Resolves to false for reservations that were already settled or
 * refunded.
 */
export class SettlementGroups {
  readonly #groups = new StatementGroups({ send, groupsMax: 1, heldMax: 1 });

  settle(settlement: Omit<Settlement, "weight">): Promise<boolean> {
    return this.#groups.ask({ ...settlement, weight: 1 + (settlement.answer?.length ?? 0) / BYTES_OF_WEIGHT });
  }
}

/**
 * SQL: settles a group. Clears `reservationId` of the idempotency record first, because deleting
 * the reservation would delete a record that still names it.
 */
const statement = ({ wait }: { wait: boolean }) => `
  WITH "asked" AS (
    SELECT * FROM unnest((SELECT $1::uuid[]), (SELECT $2::uuid[]), (SELECT $3::float8[]), (SELECT $4::text[]))
      WITH ORDINALITY AS a("id", "userId", "deadline", "answer", "place")
  ), "locked" AS MATERIALIZED (
    SELECT r."id", r."userId" FROM "Reservation" r WHERE r."id" = ANY ((SELECT $1::uuid[])::uuid[])
    ORDER BY r."id" FOR UPDATE ${wait ? "" : "SKIP LOCKED"}
  ), "clock" AS MATERIALIZED (
    SELECT ${CLOCK_MS} AS "clock" FROM (SELECT count(*) FROM "locked") "behind"
  ), "ready" AS MATERIALIZED (
    SELECT a."id", a."answer" FROM "clock", "asked" a JOIN "locked" l USING ("id", "userId")
    WHERE a."deadline" IS NULL OR a."deadline" > "clock"
  ), "kept" AS (
    UPDATE "IdempotencyRecord" r SET "answer" = s."answer", "reservationId" = NULL FROM "ready" s WHERE r."reservationId" = s."id"
  ), "settled" AS (
    DELETE FROM "Reservation" r USING "ready" s WHERE r."id" = s."id" RETURNING r."id"
  )
  SELECT "clock", CASE WHEN s."id" IS NOT NULL THEN 'settled' WHEN l."id" IS NOT NULL THEN 'late' ELSE 'absent' END AS "state"
  FROM "clock", "asked" a LEFT JOIN "locked" l USING ("id", "userId") LEFT JOIN "settled" s USING ("id") ORDER BY a."place"`;

// Not prepared: a plan made while the tables are small would later scan all of them.
const GROUP = statement({ wait: false });
const ACCOUNT = statement({ wait: true });

async function send(group: WaitingSettlement[], { wait }: { wait: boolean }): Promise<Left<Settlement, boolean>> {
  const column = <K extends keyof Settlement>(key: K) => group.map(({ item }) => item[key]);
  const values = [column("id"), column("userId"), column("deadline"), column("answer")];
  const sentAt = Date.now();
  const { rows } = await pool().query<{ clock: number; state: "settled" | "late" | "absent" }>({
    text: wait ? ACCOUNT : GROUP,
    values,
  });
  if (rows[0]) syncClock(rows[0].clock, sentAt);
  const held: WaitingSettlement[] = [];
  for (const [i, waiting] of group.entries()) {
    const state = rows[i]?.state;
    if (state === "settled") waiting.resolve(true);
    else if (state === "late") waiting.reject(lateError());
    else if (wait) waiting.resolve(false);
    else held.push(waiting);
  }
  return { held, undecided: [] };
}

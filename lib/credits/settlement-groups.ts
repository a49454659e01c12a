import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Left, StatementGroups, type Waiting } from "#lib/credits/statement-groups.ts";
import { pool } from "#lib/database/client.ts";
import { CLOCK, hearClock, lateness } from "#lib/database/clock.ts";

export type Settlement = {
  /** The reservation's. */
  id: string;
  userId: UserId;
  /** Kept under the idempotency key of the reservation, if it has one. Null is for one that is too large to keep. */
  answer: string | null;
  /** As for a charge; null is none. */
  deadline: number | null;
  weight: number;
};
type WaitingSettlement = Waiting<Settlement, boolean>;

/** A group of 500 that weigh 1 is as large as one with answers of 2 MB. */
const BYTES_OF_WEIGHT = 4_096;

/** Settles reservations in groups. Answers false for those that were settled or refunded already. */
export class SettlementGroups {
  readonly #groups = new StatementGroups({ send, groupsMax: 1, heldMax: 1 });

  settle(settlement: Omit<Settlement, "weight">): Promise<boolean> {
    return this.#groups.ask({ ...settlement, weight: 1 + (settlement.answer?.length ?? 0) / BYTES_OF_WEIGHT });
  }
}

/** A record that still names its reservation would be removed with it. */
const statement = ({ wait }: { wait: boolean }) => `
  WITH "asked" AS (
    SELECT * FROM unnest((SELECT $1::uuid[]), (SELECT $2::uuid[]), (SELECT $3::float8[]), (SELECT $4::text[]))
      WITH ORDINALITY AS a("id", "userId", "deadline", "answer", "place")
  ), "locked" AS MATERIALIZED (
    SELECT r."id", r."userId" FROM "Reservation" r WHERE r."id" = ANY ((SELECT $1::uuid[])::uuid[])
    ORDER BY r."id" FOR UPDATE ${wait ? "" : "SKIP LOCKED"}
  ), "clock" AS MATERIALIZED (
    SELECT ${CLOCK} AS "clock" FROM (SELECT count(*) FROM "locked") "behind"
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

// Planned each time: a plan that was made while the tables were empty would read all of what they have become.
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
  if (rows[0]) hearClock(rows[0].clock, sentAt);
  const held: WaitingSettlement[] = [];
  for (const [i, waiting] of group.entries()) {
    const state = rows[i]?.state;
    if (state === "settled") waiting.resolve(true);
    else if (state === "late") waiting.reject(lateness());
    else if (wait) waiting.resolve(false);
    else held.push(waiting);
  }
  return { held, undecided: [] };
}

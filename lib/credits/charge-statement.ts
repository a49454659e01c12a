import { keyCreditsOfMonth } from "#lib/credits/key-credits.ts";
import { REQUESTS_MAX, type Spending } from "#lib/credits/spending.ts";
import { CLOCK_MS } from "#lib/unconfirmed-writes/database-clock.ts";

/** One member of a group of charges. */
export type Charge = Spending & {
  id: string;
  /**
   * The time after which nobody waits for the answer, in milliseconds since the epoch by the
   * database's clock; null while that clock is unknown.
   */
  deadline: number | null;
  /** Set for a reservation. */
  reserved?: {
    /** The sweep refunds a reservation that is still open after this time. */
    seconds: number;
    /** Claimed in the same statement. Nothing is reserved if another request holds the key. */
    idempotencyKey?: { key: string; fingerprint: Uint8Array };
  };
};

/** The outcome of one charge. Rows come back in the order of the group. */
export type ChargeRow = {
  clock: number;
  /**
   * `absent`: the account doesn't exist, or another transaction holds its row. `existing`: the id
   * is already in the ledger. `claimed`: another request holds the idempotency key.
   */
  state: "charged" | "rejected" | "late" | "existing" | "claimed" | "absent";
  /** The account's balance and the month's requests before this statement. */
  hadCredits: number | null;
  hadRequests: number | null;
  /** The credits that the key used this month before this statement, if it has a cap. */
  hadUsed?: number | null;
};

const CLAIM_AND_MOVE = `"claim" AS (
    INSERT INTO "IdempotencyRecord" ("userId", "key", "fingerprint", "reservationId")
    SELECT "userId", "key", "fingerprint", "id" FROM "decided" WHERE "fits" AND "key" IS NOT NULL ORDER BY "place"
    ON CONFLICT DO NOTHING RETURNING "reservationId"
  ), "movement" AS (
    INSERT INTO "CreditMovement" ("id", "userId", "kind", "amount", "apiKeyId", "reservationId")
    SELECT d."id", "userId", 'charged', -"credits", "apiKeyId", CASE WHEN "seconds" IS NOT NULL THEN d."id" END
    FROM "decided" d LEFT JOIN "claim" c ON c."reservationId" = d."id"
    WHERE "fits" AND ("key" IS NULL OR c."reservationId" IS NOT NULL)
    ON CONFLICT ("id") DO NOTHING RETURNING "id", "userId", "amount"
  ), "reservation" AS (
    INSERT INTO "Reservation" ("id", "userId", "apiKeyId", "credits", "month", "expiresAt")
    SELECT d."id", d."userId", d."apiKeyId", d."credits", "month", now() + make_interval(secs => "seconds")
    FROM "now", "decided" d JOIN "movement" m ON m."id" = d."id" WHERE d."seconds" IS NOT NULL
  )`;
const MOVE = `"movement" AS (
    INSERT INTO "CreditMovement" ("id", "userId", "kind", "amount", "apiKeyId")
    SELECT "id", "userId", 'charged', -"credits", "apiKeyId" FROM "decided" WHERE "fits"
    ON CONFLICT ("id") DO NOTHING RETURNING "id", "userId", "amount"
  )`;

/** Runs after the lock, because the function reads what is committed when it is called. */
const USED = `"used" AS MATERIALIZED (
    SELECT "userId", "apiKeyId", ${keyCreditsOfMonth('"userId"', '"apiKeyId"')} AS "hadUsed"
    FROM "clock", "locked" JOIN (SELECT DISTINCT "userId", "apiKeyId" FROM "asked" WHERE "cap" IS NOT NULL) k USING ("userId")
  ),`;

/**
 * SQL: makes the charges of a group, in order for each account until one doesn't fit. Charges after
 * that one stay undecided.
 *
 * `reserve` also makes reservations, and `capped` regards the caps of keys; without them the
 * statement is cheaper and has fewer parameters. `wait: false` skips accounts whose row another
 * transaction holds.
 *
 * Each account's row is locked in the order of ids and updated once, from its values at the time of
 * the lock. The row in the statement's snapshot may have had fewer credits, and constraints are
 * checked against that row too. The credits that a key used are read after the lock, which all that
 * moves them takes first.
 *
 * Parameters stand in subselects so that the statement is planned only once. The statement never
 * looks up the ledger: a plan made for an empty ledger would scan all of it.
 */
export function chargeStatement({ wait, reserve, capped }: Record<"wait" | "reserve" | "capped", boolean>): string {
  const ifReserve = (sql: string) => (reserve ? sql : "");
  const ifCapped = (sql: string) => (capped ? sql : "");
  return `
  WITH "now" AS (
    SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date AS "month"
  ), "asked" AS (
    SELECT * FROM unnest((SELECT $1::uuid[]), (SELECT $2::uuid[]), (SELECT $3::uuid[]), (SELECT $4::int[]), (SELECT $5::int[]),
      (SELECT $6::float8[])${ifReserve(", (SELECT $7::int[]), (SELECT $8::text[]), (SELECT $9::bytea[])")}${ifCapped(`, (SELECT $${reserve ? 10 : 7}::int[])`)})
      WITH ORDINALITY AS a("id", "userId", "apiKeyId", "credits", "quota", "deadline"${ifReserve(', "seconds", "key", "fingerprint"')}${ifCapped(', "cap"')}, "place")
  ), "locked" AS MATERIALIZED (
    SELECT b."userId", b."credits", CASE WHEN b."month" = "now"."month" THEN b."requests" ELSE 0 END AS "requests"
    FROM "Balance" b, "now" WHERE b."userId" = ANY ((SELECT $2::uuid[])::uuid[]) ORDER BY b."userId" FOR NO KEY UPDATE OF b ${wait ? "" : "SKIP LOCKED"}
  ), "clock" AS MATERIALIZED (
    SELECT ${CLOCK_MS} AS "clock" FROM (SELECT count(*) FROM "locked") "behind"
  ), ${ifCapped(USED)} "state" AS (
    SELECT a.*, l."credits" AS "hadCredits", l."requests" AS "hadRequests", ${ifCapped('"hadUsed", ')}"clock",
      CASE WHEN l."userId" IS NULL THEN 'absent' WHEN a."deadline" <= "clock" THEN 'late' END AS "obstacle"
    FROM "clock", "asked" a LEFT JOIN "locked" l ON l."userId" = a."userId"
      ${ifCapped('LEFT JOIN "used" u ON u."userId" = a."userId" AND u."apiKeyId" = a."apiKeyId"')}
  ), "sum" AS (
    SELECT *, sum("credits") FILTER (WHERE "obstacle" IS NULL) OVER "before" AS "spent",
      count(*) FILTER (WHERE "obstacle" IS NULL) OVER "before" AS "nth"
      ${ifCapped(', sum("credits") FILTER (WHERE "obstacle" IS NULL) OVER (PARTITION BY "userId", "apiKeyId" ORDER BY "place") AS "spentByKey"')}
    FROM "state" WINDOW "before" AS (PARTITION BY "userId" ORDER BY "place")
  ), "decided" AS MATERIALIZED (
    SELECT *, "obstacle" IS NULL AND bool_and("obstacle" IS NOT NULL OR ("spent" <= "hadCredits" AND ("quota" IS NULL OR "hadRequests" + "nth" <= "quota")
      ${ifCapped('AND ("cap" IS NULL OR "hadUsed" + "spentByKey" <= "cap")')}))
      OVER (PARTITION BY "userId" ORDER BY "place") AS "fits"
    FROM "sum"
  ), ${reserve ? CLAIM_AND_MOVE : MOVE}, "balance" AS (
    UPDATE "Balance" b
    SET "credits" = l."credits" + s."amount", "month" = "now"."month", "requests" = least(l."requests" + s."requests", ${REQUESTS_MAX})
    FROM "now", "locked" l, (SELECT "userId", sum("amount")::int AS "amount", count(*) AS "requests" FROM "movement" GROUP BY 1) s
    WHERE b."userId" = l."userId" AND l."userId" = s."userId"
  )
  SELECT d."clock", d."hadCredits", d."hadRequests", ${ifCapped('d."hadUsed", ')}coalesce(d."obstacle", CASE WHEN m."id" IS NOT NULL THEN 'charged' WHEN NOT d."fits" THEN 'rejected'
    ${ifReserve(`WHEN d."key" IS NOT NULL AND NOT EXISTS (SELECT FROM "claim" c WHERE c."reservationId" = d."id") THEN 'claimed'`)} ELSE 'existing' END) AS "state"
  FROM "decided" d LEFT JOIN "movement" m ON m."id" = d."id" ORDER BY d."place"`;
}

import type { UserId } from "#lib/accounts/model/user-id.ts";
import { REQUESTS_MAX } from "#lib/credits/spending.ts";
import { CLOCK } from "#lib/database/clock.ts";

/** What a group takes for one request, and until when it may. */
export type Charge = {
  id: string;
  userId: UserId;
  apiKeyId: string;
  credits: number;
  /** Costed requests a month of the account's tier; null is no quota. */
  quota: number | null;
  /** Milliseconds of the epoch by the database's clock, from when on nobody waits for it; null while that clock is unknown. */
  deadline: number | null;
  /** Set for a reservation. */
  reserved?: {
    /** After these the sweep refunds it. */
    seconds: number;
    /** Claimed with it: without the claim nothing is reserved. */
    idempotencyKey?: { key: string; fingerprint: Uint8Array };
  };
};

/** What the statement says of one charge, in the order in which they were asked for. */
export type ChargeRow = {
  clock: number;
  /**
   * `absent`: no such account, or another holds its row. `existing`: its id is in the ledger. `claimed`: another request has its
   * idempotency key.
   */
  state: "charged" | "rejected" | "late" | "existing" | "claimed" | "absent";
  /** What the account had before this statement. */
  hadCredits: number | null;
  hadRequests: number | null;
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

/**
 * SQL: makes the charges of a group, each account's in their order until one doesn't fit; it says nothing of those behind that one.
 * `reserve` makes reservations, too; the cheaper one for charges alone leaves their parameters off. Each account's row is locked in
 * the order of ids and updated once, from what it was when it was locked: constraints are checked of the row as the statement's
 * snapshot has it, too, which may have had fewer credits. `wait: false` skips the accounts that another transaction holds.
 *
 * Parameters stand in subselects so that the statement is planned once (architecture.md). It looks nothing up in the ledger: a plan
 * that was made for an empty ledger would read all of it.
 */
export const chargeStatement = ({ wait, reserve }: { wait: boolean; reserve: boolean }) => `
  WITH "now" AS (
    SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date AS "month"
  ), "asked" AS (
    SELECT * FROM unnest((SELECT $1::uuid[]), (SELECT $2::uuid[]), (SELECT $3::uuid[]), (SELECT $4::int[]), (SELECT $5::int[]),
      (SELECT $6::float8[])${reserve ? ", (SELECT $7::int[]), (SELECT $8::text[]), (SELECT $9::bytea[])" : ""})
      WITH ORDINALITY AS a("id", "userId", "apiKeyId", "credits", "quota", "deadline"${reserve ? ', "seconds", "key", "fingerprint"' : ""}, "place")
  ), "locked" AS MATERIALIZED (
    SELECT b."userId", b."credits", CASE WHEN b."month" = "now"."month" THEN b."requests" ELSE 0 END AS "requests"
    FROM "Balance" b, "now" WHERE b."userId" = ANY ((SELECT $2::uuid[])::uuid[]) ORDER BY b."userId" FOR NO KEY UPDATE OF b ${wait ? "" : "SKIP LOCKED"}
  ), "clock" AS MATERIALIZED (
    SELECT ${CLOCK} AS "clock" FROM (SELECT count(*) FROM "locked") "behind"
  ), "state" AS (
    SELECT a.*, l."credits" AS "hadCredits", l."requests" AS "hadRequests", "clock",
      CASE WHEN l."userId" IS NULL THEN 'absent' WHEN a."deadline" <= "clock" THEN 'late' END AS "obstacle"
    FROM "clock", "asked" a LEFT JOIN "locked" l ON l."userId" = a."userId"
  ), "sum" AS (
    SELECT *, sum("credits") FILTER (WHERE "obstacle" IS NULL) OVER "before" AS "spent",
      count(*) FILTER (WHERE "obstacle" IS NULL) OVER "before" AS "nth"
    FROM "state" WINDOW "before" AS (PARTITION BY "userId" ORDER BY "place")
  ), "decided" AS MATERIALIZED (
    SELECT *, "obstacle" IS NULL AND bool_and("obstacle" IS NOT NULL OR ("spent" <= "hadCredits" AND ("quota" IS NULL OR "hadRequests" + "nth" <= "quota")))
      OVER (PARTITION BY "userId" ORDER BY "place") AS "fits"
    FROM "sum"
  ), ${reserve ? CLAIM_AND_MOVE : MOVE}, "balance" AS (
    UPDATE "Balance" b
    SET "credits" = l."credits" + s."amount", "month" = "now"."month", "requests" = least(l."requests" + s."requests", ${REQUESTS_MAX})
    FROM "now", "locked" l, (SELECT "userId", sum("amount")::int AS "amount", count(*) AS "requests" FROM "movement" GROUP BY 1) s
    WHERE b."userId" = l."userId" AND l."userId" = s."userId"
  )
  SELECT d."clock", d."hadCredits", d."hadRequests", coalesce(d."obstacle", CASE WHEN m."id" IS NOT NULL THEN 'charged' WHEN NOT d."fits" THEN 'rejected'
    ${reserve ? `WHEN d."key" IS NOT NULL AND NOT EXISTS (SELECT FROM "claim" c WHERE c."reservationId" = d."id") THEN 'claimed'` : ""} ELSE 'existing' END) AS "state"
  FROM "decided" d LEFT JOIN "movement" m ON m."id" = d."id" ORDER BY d."place"`;

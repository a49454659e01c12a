import { REQUESTS_MAX } from "#lib/credits/spending.ts";

/** One charge of a group: what it takes, and until when it may be made. */
export type Charge = {
  id: string;
  userId: string;
  apiKeyId: string;
  credits: number;
  /** Costed requests a month of the account's tier; null is no quota. */
  quota: number | null;
  /** Milliseconds of the epoch by the database's clock, from when on nobody waits for it; null while that clock is unknown. */
  deadline: number | null;
};

/** What the statement says of one charge, in the order in which they were asked for. */
export type ChargeRow = {
  clock: number;
  /** `absent`: no such account, or another holds its row. `existing`: its id is in the ledger. */
  state: "charged" | "rejected" | "late" | "existing" | "absent";
  /** What the account had before this statement. */
  hadCredits: number | null;
  hadRequests: number | null;
};

/** Volatile: it is read when the accounts are locked. */
const CLOCK = "(extract(epoch FROM clock_timestamp()) * 1000)::float8";

/**
 * SQL: makes the charges of a group, each account's in their order until one doesn't fit; it says nothing of those behind that one.
 * Each account's row is locked in the order of ids and updated once, from what it was when it was locked: constraints are checked of
 * the row as the statement's snapshot has it, too, which may have had fewer credits. `wait: false` skips the accounts that another
 * transaction holds. Parameters stand in subselects so that the statement is planned once (architecture.md).
 */
export const chargeStatement = ({ wait }: { wait: boolean }) => `
  WITH "now" AS (
    SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date AS "month"
  ), "asked" AS (
    SELECT * FROM unnest((SELECT $1::uuid[]), (SELECT $2::uuid[]), (SELECT $3::uuid[]), (SELECT $4::int[]), (SELECT $5::int[]),
      (SELECT $6::float8[])) WITH ORDINALITY AS a("id", "userId", "apiKeyId", "credits", "quota", "deadline", "place")
  ), "locked" AS MATERIALIZED (
    SELECT b."userId", b."credits", CASE WHEN b."month" = "now"."month" THEN b."requests" ELSE 0 END AS "requests"
    FROM "Balance" b, "now" WHERE b."userId" = ANY ((SELECT $2::uuid[])::uuid[]) ORDER BY b."userId" FOR NO KEY UPDATE OF b ${wait ? "" : "SKIP LOCKED"}
  ), "clock" AS MATERIALIZED (
    SELECT ${CLOCK} AS "clock" FROM (SELECT count(*) FROM "locked") "behind"
  ), "state" AS MATERIALIZED (
    SELECT a.*, l."credits" AS "hadCredits", l."requests" AS "hadRequests", "clock",
      CASE WHEN l."userId" IS NULL THEN 'absent' WHEN a."deadline" <= "clock" THEN 'late' WHEN m."id" IS NOT NULL THEN 'existing'
      END AS "obstacle"
    FROM "clock", "asked" a LEFT JOIN "locked" l ON l."userId" = a."userId" LEFT JOIN "CreditMovement" m ON m."id" = a."id"
  ), "sum" AS (
    SELECT *, sum("credits") OVER "before" AS "spent", row_number() OVER "before" AS "nth" FROM "state"
    WHERE "obstacle" IS NULL WINDOW "before" AS (PARTITION BY "userId" ORDER BY "place")
  ), "fit" AS MATERIALIZED (
    SELECT "id", "userId", "apiKeyId", "credits",
      bool_and("spent" <= "hadCredits" AND ("quota" IS NULL OR "hadRequests" + "nth" <= "quota"))
        OVER (PARTITION BY "userId" ORDER BY "place") AS "fits"
    FROM "sum"
  ), "movement" AS (
    INSERT INTO "CreditMovement" ("id", "userId", "kind", "amount", "apiKeyId")
    SELECT "id", "userId", 'charged', -"credits", "apiKeyId" FROM "fit" WHERE "fits"
    ON CONFLICT ("id") DO NOTHING RETURNING "id", "userId", "amount"
  ), "balance" AS (
    UPDATE "Balance" b
    SET "credits" = l."credits" + s."amount", "month" = "now"."month", "requests" = least(l."requests" + s."requests", ${REQUESTS_MAX})
    FROM "now", "locked" l, (SELECT "userId", sum("amount")::int AS "amount", count(*) AS "requests" FROM "movement" GROUP BY 1) s
    WHERE b."userId" = l."userId" AND l."userId" = s."userId"
  )
  SELECT s."clock", s."hadCredits", s."hadRequests",
    coalesce(s."obstacle", CASE WHEN m."id" IS NOT NULL THEN 'charged' WHEN f."fits" THEN 'existing' ELSE 'rejected' END) AS "state"
  FROM "state" s LEFT JOIN "fit" f USING ("id") LEFT JOIN "movement" m USING ("id") ORDER BY s."place"`;

-- CreateTable
CREATE TABLE "CreditDayTotal" (
    "userId" UUID NOT NULL,
    "day" DATE NOT NULL,
    "charged" BIGINT NOT NULL DEFAULT 0,
    "refunded" BIGINT NOT NULL DEFAULT 0,
    "added" BIGINT NOT NULL DEFAULT 0,
    "closing" BIGINT,

    CONSTRAINT "CreditDayTotal_pkey" PRIMARY KEY ("userId","day")
) WITH (fillfactor = 70);

-- CreateIndex
CREATE INDEX "CreditDayTotal_open_idx" ON "CreditDayTotal"("userId", "day") WHERE ("closing" IS NULL);

-- CreateTable
CREATE TABLE "LedgerDetail" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "day" DATE NOT NULL,
    "decidedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "prunedAt" TIMESTAMPTZ(3),

    CONSTRAINT "LedgerDetail_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "LedgerDetail_one_row" CHECK ("id")
);

-- A statement that has called the function as it was ends before, so that each movement is in both tables or is in the days that the
-- next migration adds up.
-- migrate: short, because it waits for statements that write movements, and nothing is done under it but to replace a function
LOCK TABLE "CreditMovement" IN SHARE ROW EXCLUSIVE MODE;

CREATE OR REPLACE FUNCTION "add_to_credit_days"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('goodtake.restoring', true) = 'on' THEN RETURN NULL; END IF;
  WITH "moved" AS (
    SELECT "userId", ("createdAt" AT TIME ZONE 'UTC')::date AS "day",
      coalesce("apiKeyId", '00000000-0000-0000-0000-000000000000') AS "apiKeyId",
      coalesce(-sum("amount") FILTER (WHERE "kind" = 'charged'), 0) AS "charged",
      coalesce(sum("amount") FILTER (WHERE "kind" = 'refunded'), 0) AS "refunded",
      coalesce(sum("amount") FILTER (WHERE "kind" IN ('signup', 'granted')), 0) AS "added"
    FROM "new" WHERE "amount" <> 0 GROUP BY 1, 2, 3
  ), "keys" AS (
    INSERT INTO "CreditDay" AS d ("userId", "day", "apiKeyId", "charged", "refunded", "added")
    SELECT * FROM "moved" ORDER BY 1, 2, 3
    -- Counts on no more at the largest number: a charge must not fail for a sum.
    ON CONFLICT ("userId", "day", "apiKeyId") DO UPDATE SET
      "charged" = least(d."charged"::numeric + excluded."charged", 9223372036854775807),
      "refunded" = least(d."refunded"::numeric + excluded."refunded", 9223372036854775807),
      "added" = least(d."added"::numeric + excluded."added", 9223372036854775807)
  )
  INSERT INTO "CreditDayTotal" AS t ("userId", "day", "charged", "refunded", "added")
  SELECT "userId", "day", sum("charged"), sum("refunded"), sum("added") FROM "moved" GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT ("userId", "day") DO UPDATE SET
    "charged" = least(t."charged"::numeric + excluded."charged", 9223372036854775807),
    "refunded" = least(t."refunded"::numeric + excluded."refunded", 9223372036854775807),
    "added" = least(t."added"::numeric + excluded."added", 9223372036854775807),
    -- It is null already, unless the server's clock went back by days.
    "closing" = NULL;
  RETURN NULL;
END $$;

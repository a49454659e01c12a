-- Movements from before have false, without a change of their rows; new ones are counted by the trigger.
ALTER TABLE "CreditMovement" ADD COLUMN "inCreditDay" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "CreditMovement" ALTER COLUMN "inCreditDay" SET DEFAULT true;

-- CreateTable
CREATE TABLE "CreditDay" (
    "userId" UUID NOT NULL,
    "day" DATE NOT NULL,
    "apiKeyId" UUID NOT NULL,
    "charged" BIGINT NOT NULL DEFAULT 0,
    "refunded" BIGINT NOT NULL DEFAULT 0,
    "added" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "CreditDay_pkey" PRIMARY KEY ("userId","day","apiKeyId")
) WITH (fillfactor = 70);

-- Where adding up the movements from before has come to.
CREATE TABLE "CreditDayProgress" ("after" UUID NOT NULL);
INSERT INTO "CreditDayProgress" VALUES ('00000000-0000-0000-0000-000000000000');

-- In the statement that writes the movement, whatever process and version writes it: the days are exact at any moment. A restore
-- copies both tables and says so with SET LOCAL goodtake.restoring = 'on'.
CREATE FUNCTION "add_to_credit_days"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('goodtake.restoring', true) = 'on' THEN RETURN NULL; END IF;
  INSERT INTO "CreditDay" AS d ("userId", "day", "apiKeyId", "charged", "refunded", "added")
  SELECT "userId", ("createdAt" AT TIME ZONE 'UTC')::date, coalesce("apiKeyId", '00000000-0000-0000-0000-000000000000'),
    coalesce(-sum("amount") FILTER (WHERE "kind" = 'charged'), 0), coalesce(sum("amount") FILTER (WHERE "kind" = 'refunded'), 0),
    coalesce(sum("amount") FILTER (WHERE "kind" IN ('signup', 'granted')), 0)
  FROM "new" WHERE "amount" <> 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  -- Counts on no more at the largest number: a charge must not fail for a sum.
  ON CONFLICT ("userId", "day", "apiKeyId") DO UPDATE SET
    "charged" = least(d."charged"::numeric + excluded."charged", 9223372036854775807),
    "refunded" = least(d."refunded"::numeric + excluded."refunded", 9223372036854775807),
    "added" = least(d."added"::numeric + excluded."added", 9223372036854775807);
  RETURN NULL;
END $$;
CREATE TRIGGER "add_to_credit_days" AFTER INSERT ON "CreditMovement" REFERENCING NEW TABLE AS "new"
  FOR EACH STATEMENT EXECUTE FUNCTION "add_to_credit_days"();

-- The ledger stays append-only, but for pruning, which leaves the days.
CREATE OR REPLACE FUNCTION "keep_credit_movements"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('goodtake.pruning', true) = 'on' THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'credit movements can not be changed or deleted';
END $$;

-- Credits that a key used in the current UTC month: its charges without their refunds. A refund counts in the month of its charge.
-- Reads what is committed when it is called, because it is volatile: a charge calls it once it has locked the account's balance, and
-- nothing else moves the credits of that account then. Reads at most 31 rows.
CREATE FUNCTION "key_credits_of_month"("owner" uuid, "key" uuid) RETURNS float8 VOLATILE LANGUAGE plpgsql AS $$
DECLARE
  -- Rounded as "createdAt" of a movement is.
  "first" date := date_trunc('month', now()::timestamptz(3) AT TIME ZONE 'UTC');
BEGIN
  RETURN (
    SELECT greatest(coalesce(sum("charged" - "refunded" + "refundedLate"), 0), 0) FROM "CreditDay"
    WHERE "userId" = "owner" AND "apiKeyId" = "key" AND "day" = ANY (ARRAY(SELECT "first" + generate_series(0, 30)))
      AND "day" < "first" + interval '1 month'
  );
END $$;

-- Adds a refund to "refundedLate" if its charge was made in an earlier month, or is no longer in the ledger.
CREATE FUNCTION "count_late_refund"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "chargedAt" timestamptz;
BEGIN
  IF current_setting('goodtake.restoring', true) = 'on' THEN RETURN NULL; END IF;
  -- Planned each time: a plan made for a small ledger would read all of a large one. A charge that isn't a reservation has version 7
  -- where its refund has version 8.
  EXECUTE 'SELECT "createdAt" FROM "CreditMovement" WHERE "id" = $1' INTO "chargedAt"
    USING coalesce(NEW."reservationId", overlay(NEW."id"::text PLACING '7' FROM 15)::uuid);
  IF "chargedAt" >= date_trunc('month', NEW."createdAt" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' THEN RETURN NULL; END IF;
  INSERT INTO "CreditDay" AS d ("userId", "day", "apiKeyId", "refundedLate")
  VALUES (NEW."userId", (NEW."createdAt" AT TIME ZONE 'UTC')::date, NEW."apiKeyId", NEW."amount")
  ON CONFLICT ("userId", "day", "apiKeyId") DO UPDATE SET
    "refundedLate" = least(d."refundedLate"::numeric + excluded."refundedLate", 9223372036854775807);
  RETURN NULL;
END $$;

-- In the statement that writes the refund, whatever process and version writes it. Before the change of "CreditDay", so that no
-- charge holds that table and waits for this one.
CREATE TRIGGER "count_late_refund" AFTER INSERT ON "CreditMovement"
  FOR EACH ROW WHEN (NEW."kind" = 'refunded') EXECUTE FUNCTION "count_late_refund"();

-- AlterTable
ALTER TABLE "CreditDay" ADD COLUMN     "refundedLate" BIGINT NOT NULL DEFAULT 0;

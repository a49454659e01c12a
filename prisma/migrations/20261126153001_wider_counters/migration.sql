-- Counters of requests become BIGINT. ALTER COLUMN TYPE would rewrite tables of tens of millions of rows under a lock, so each counter
-- gets a second column beside it, which a trigger keeps equal also for processes of the previous version. The next files fill it,
-- and put it in the first one's place.

-- AlterTable
ALTER TABLE "UsageHour" ADD COLUMN "requestsWide" BIGINT,
  ADD CONSTRAINT "UsageHour_wide" CHECK ("requestsWide" IS NOT NULL) NOT VALID;

-- AlterTable
ALTER TABLE "UsageDay" ADD COLUMN "requestsWide" BIGINT,
  ADD CONSTRAINT "UsageDay_wide" CHECK ("requestsWide" IS NOT NULL) NOT VALID;

-- AlterTable
ALTER TABLE "UsageCaller" ADD COLUMN "requestsWide" BIGINT,
  ADD COLUMN "requestsBeforeRotationWide" BIGINT,
  ADD CONSTRAINT "UsageCaller_wide" CHECK ("requestsWide" IS NOT NULL AND "requestsBeforeRotationWide" IS NOT NULL) NOT VALID;

CREATE FUNCTION "widen_counters"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."requestsWide" := NEW."requests";
  RETURN NEW;
END $$;

CREATE FUNCTION "widen_caller_counters"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."requestsWide" := NEW."requests";
  NEW."requestsBeforeRotationWide" := NEW."requestsBeforeRotation";
  RETURN NEW;
END $$;

CREATE TRIGGER "widen_counters" BEFORE INSERT OR UPDATE ON "UsageHour"
  FOR EACH ROW EXECUTE FUNCTION "widen_counters"();
CREATE TRIGGER "widen_counters" BEFORE INSERT OR UPDATE ON "UsageDay"
  FOR EACH ROW EXECUTE FUNCTION "widen_counters"();
CREATE TRIGGER "widen_counters" BEFORE INSERT OR UPDATE ON "UsageCaller"
  FOR EACH ROW EXECUTE FUNCTION "widen_caller_counters"();

-- The wide columns take the place of the narrow ones: changes of the catalog alone, because the constraints say that no row is without.

DROP TRIGGER "widen_counters" ON "UsageHour";
-- migrate: short, because the constraint that is dropped below is validated
ALTER TABLE "UsageHour" ALTER COLUMN "requestsWide" SET NOT NULL;
ALTER TABLE "UsageHour" DROP CONSTRAINT "UsageHour_wide",
  DROP COLUMN "requests";
ALTER TABLE "UsageHour" RENAME COLUMN "requestsWide" TO "requests";

DROP TRIGGER "widen_counters" ON "UsageDay";
-- migrate: short, because the constraint that is dropped below is validated
ALTER TABLE "UsageDay" ALTER COLUMN "requestsWide" SET NOT NULL;
ALTER TABLE "UsageDay" DROP CONSTRAINT "UsageDay_wide",
  DROP COLUMN "requests";
ALTER TABLE "UsageDay" RENAME COLUMN "requestsWide" TO "requests";

DROP TRIGGER "widen_counters" ON "UsageCaller";
-- migrate: short, because the constraint that is dropped below is validated
ALTER TABLE "UsageCaller" ALTER COLUMN "requestsWide" SET NOT NULL,
  ALTER COLUMN "requestsBeforeRotationWide" SET NOT NULL,
  ALTER COLUMN "requestsWide" SET DEFAULT 0,
  ALTER COLUMN "requestsBeforeRotationWide" SET DEFAULT 0;
ALTER TABLE "UsageCaller" DROP CONSTRAINT "UsageCaller_wide",
  DROP COLUMN "requests",
  DROP COLUMN "requestsBeforeRotation";
ALTER TABLE "UsageCaller" RENAME COLUMN "requestsWide" TO "requests";
ALTER TABLE "UsageCaller" RENAME COLUMN "requestsBeforeRotationWide" TO "requestsBeforeRotation";

DROP FUNCTION "widen_counters"();
DROP FUNCTION "widen_caller_counters"();

-- migrate: no transaction
ALTER TABLE "UsageHour" VALIDATE CONSTRAINT "UsageHour_wide";

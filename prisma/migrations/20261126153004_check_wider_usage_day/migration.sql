-- migrate: no transaction
ALTER TABLE "UsageDay" VALIDATE CONSTRAINT "UsageDay_wide";

-- migrate: no transaction
ALTER TABLE "UsageCaller" VALIDATE CONSTRAINT "UsageCaller_wide";

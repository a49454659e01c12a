-- migrate: no transaction
-- CreateIndex
CREATE INDEX CONCURRENTLY IF NOT EXISTS "ApiKey_working_idx" ON "ApiKey"("id") WHERE ("deletedAt" IS NULL AND "revokedAt" IS NULL AND "disabledAt" IS NULL);

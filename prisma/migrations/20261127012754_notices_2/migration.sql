-- migrate: no transaction
-- CreateIndex
CREATE INDEX CONCURRENTLY IF NOT EXISTS "ApiKey_expiring_idx" ON "ApiKey"("expiresAt") WHERE ("deletedAt" IS NULL AND "revokedAt" IS NULL);

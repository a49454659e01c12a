-- migrate: no transaction
-- CreateIndex
CREATE INDEX CONCURRENTLY IF NOT EXISTS "ApiKey_revokesAt_idx" ON "ApiKey"("revokesAt") WHERE ("revokedAt" IS NULL AND "revokesAt" IS NOT NULL);

-- migrate: no transaction
-- CreateIndex
CREATE INDEX CONCURRENTLY IF NOT EXISTS "PasswordLink_expiresAt_idx" ON "PasswordLink"("expiresAt");

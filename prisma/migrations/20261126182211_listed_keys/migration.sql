-- migrate: no transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS "ApiKey_listed_idx" ON "ApiKey"("userId", "createdAt", "id") WHERE ("deletedAt" IS NULL);

-- migrate: no transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS "Refusal_userId_apiKeyId_createdAt_idx" ON "Refusal"("userId", "apiKeyId", "createdAt");

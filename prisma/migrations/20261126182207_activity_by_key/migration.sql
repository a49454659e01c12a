-- migrate: no transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS "Activity_userId_apiKeyId_action_createdAt_id_idx" ON "Activity"("userId", "apiKeyId", "action", "createdAt", "id");

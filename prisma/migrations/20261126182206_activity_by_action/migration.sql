-- migrate: no transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS "Activity_userId_action_createdAt_id_idx" ON "Activity"("userId", "action", "createdAt", "id");

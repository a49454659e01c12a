-- migrate: no transaction
-- CreateIndex
CREATE INDEX CONCURRENTLY IF NOT EXISTS "Session_createdAt_id_idx" ON "Session"("createdAt", "id");

-- migrate: no transaction
-- CreateIndex
CREATE INDEX CONCURRENTLY IF NOT EXISTS "Mail_failed_idx" ON "Mail"("createdAt") WHERE ("outcome" = 'failed');

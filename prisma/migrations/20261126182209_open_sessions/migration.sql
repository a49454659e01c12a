-- migrate: no transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS "Session_open_idx" ON "Session"("userId", "lastSeenAt") WHERE ("endedAt" IS NULL);

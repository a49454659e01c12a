-- migrate: no transaction
DROP INDEX CONCURRENTLY IF EXISTS "Activity_userId_createdAt_idx";

-- migrate: no transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS "ApiKey_endsOnUse_idx" ON "ApiKey"("id") WHERE ("endsOnUse" = true);

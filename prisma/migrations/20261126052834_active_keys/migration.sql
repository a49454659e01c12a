-- CreateIndex
CREATE INDEX "ApiKey_active_idx" ON "ApiKey"("userId") WHERE ("deletedAt" IS NULL AND "revokedAt" IS NULL);

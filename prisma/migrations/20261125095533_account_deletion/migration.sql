-- DropIndex
DROP INDEX "ProviderIdentity_userId_idx";

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "deletedAt" TIMESTAMPTZ(3);

-- CreateIndex
CREATE UNIQUE INDEX "ProviderIdentity_userId_provider_key" ON "ProviderIdentity"("userId", "provider");

-- A deletion is for good: whatever the code above does, nobody signs in to what is left, and its keys are refused.
ALTER TABLE "User" ADD CONSTRAINT "User_deleted_is_shut"
  CHECK ("deletedAt" IS NULL OR ("disabledAt" IS NOT NULL AND "passwordHash" IS NULL));

-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "allowedNetworks" TEXT,
ADD COLUMN     "creditsPerMonth" INTEGER,
ADD COLUMN     "requestsPerMinute" INTEGER,
ADD COLUMN     "scopes" TEXT;

-- Caches of keys read all four, so that a change of them must be marked.
CREATE OR REPLACE TRIGGER "mark_changed"
  BEFORE INSERT OR UPDATE OF "name", "environment", "expiresAt", "revokedAt", "disabledAt", "deletedAt",
    "scopes", "allowedNetworks", "requestsPerMinute", "creditsPerMonth" ON "ApiKey"
  FOR EACH ROW EXECUTE FUNCTION "mark_changed"();

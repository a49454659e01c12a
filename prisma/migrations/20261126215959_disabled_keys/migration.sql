-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "disabledAt" TIMESTAMPTZ(3),
ADD COLUMN     "loosened" BOOLEAN NOT NULL DEFAULT false;


-- Caches of keys read "disabledAt", so that a change of it must be marked.
CREATE OR REPLACE TRIGGER "mark_changed"
  BEFORE INSERT OR UPDATE OF "name", "environment", "expiresAt", "revokedAt", "disabledAt", "deletedAt" ON "ApiKey"
  FOR EACH ROW EXECUTE FUNCTION "mark_changed"();

-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "revokesAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "leakGrace" BOOLEAN NOT NULL DEFAULT false;

-- Caches of keys read "revokesAt", so that a change of it must be marked.
CREATE OR REPLACE TRIGGER "mark_changed"
  BEFORE INSERT OR UPDATE OF "name", "environment", "expiresAt", "revokedAt", "revokesAt", "disabledAt", "deletedAt",
    "scopes", "allowedNetworks", "requestsPerMinute", "creditsPerMonth" ON "ApiKey"
  FOR EACH ROW EXECUTE FUNCTION "mark_changed"();

-- As a revocation is for good, so is the instant that one was set for, whatever the code does.
CREATE OR REPLACE FUNCTION "keep_api_key_history"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."revokedAt" IS NOT NULL AND NEW."revokedAt" IS DISTINCT FROM OLD."revokedAt" THEN
    RAISE EXCEPTION 'a revoked key can not be restored';
  END IF;
  IF OLD."revokesAt" IS NOT NULL AND (NEW."revokesAt" IS NULL OR NEW."revokesAt" > OLD."revokesAt") THEN
    RAISE EXCEPTION 'the end of a leaked key can not be postponed';
  END IF;
  IF NEW."hash" <> OLD."hash" OR NEW."userId" <> OLD."userId" THEN
    RAISE EXCEPTION 'the hash and the owner of a key can not change';
  END IF;
  RETURN NEW;
END $$;

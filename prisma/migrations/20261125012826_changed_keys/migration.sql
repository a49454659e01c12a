-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "changedIn" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "changedIn" BIGINT NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "ApiKey_changedIn_idx" ON "ApiKey"("changedIn");

-- CreateIndex
CREATE INDEX "User_changedIn_idx" ON "User"("changedIn");

-- Caches of keys ask which rows were changed since they last asked: every change says in which transaction it was made,
-- whoever made it.
CREATE FUNCTION "mark_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."changedIn" := pg_current_xact_id()::text::bigint;
  RETURN NEW;
END $$;

CREATE TRIGGER "mark_changed" BEFORE INSERT OR UPDATE OF "name", "environment", "expiresAt", "revokedAt", "deletedAt" ON "ApiKey"
  FOR EACH ROW EXECUTE FUNCTION "mark_changed"();

CREATE TRIGGER "mark_changed" BEFORE UPDATE OF "tier", "disabledAt" ON "User"
  FOR EACH ROW EXECUTE FUNCTION "mark_changed"();

-- A key that is gone could not say so; a deleted one keeps its row.
CREATE FUNCTION "keep_api_key"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'API keys can not be deleted, only marked with deletedAt';
END $$;

CREATE TRIGGER "keep_api_key" BEFORE DELETE ON "ApiKey"
  FOR EACH ROW EXECUTE FUNCTION "keep_api_key"();

CREATE TRIGGER "keep_api_key_whole" BEFORE TRUNCATE ON "ApiKey"
  FOR EACH STATEMENT EXECUTE FUNCTION "keep_api_key"();

-- migrate: no transaction
DO $$
DECLARE
  "after" uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
  LOOP
    SET LOCAL lock_timeout = '1s';
    WITH "part" AS (
      SELECT "id" FROM "User" WHERE "id" > "after" ORDER BY "id" LIMIT 100
    ), "counted" AS (
      UPDATE "User" u SET "keysMade" = (SELECT count(*) FROM "ApiKey" k WHERE k."userId" = u."id")
      FROM "part" WHERE u."id" = "part"."id" AND EXISTS (SELECT 1 FROM "ApiKey" k WHERE k."userId" = u."id")
    )
    SELECT "id" INTO "after" FROM "part" ORDER BY "id" DESC LIMIT 1;
    COMMIT;
    EXIT WHEN "after" IS NULL;
  END LOOP;
END $$;

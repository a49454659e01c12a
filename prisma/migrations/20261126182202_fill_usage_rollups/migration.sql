-- migrate: no transaction
DO $$
DECLARE
  "from" UUID;
  "to" UUID;
BEGIN
  LOOP
    PERFORM set_config('lock_timeout', '200ms', true);
    -- Those who count wait for the end of a step, which takes some ten milliseconds.
    PERFORM pg_advisory_xact_lock(hashtextextended('goodtake usage rollups', 0));
    SELECT "after" INTO "from" FROM "UsageRollupProgress";
    SELECT max("id"::text)::uuid INTO "to"
      FROM (SELECT "id" FROM "ApiKey" WHERE "id" > "from" ORDER BY "id" LIMIT 20) "next";
    UPDATE "UsageRollupProgress" SET "after" = coalesce("to", 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    EXIT WHEN "to" IS NULL;
    PERFORM "add_to_usage_rollups"(array_agg("apiKeyId"), array_agg("day"), array_agg("outcome"), array_agg("requests"))
    FROM "UsageDay" WHERE "apiKeyId" > "from" AND "apiKeyId" <= "to";
    COMMIT;
  END LOOP;
END $$;

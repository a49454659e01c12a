-- migrate: no transaction
DO $$
DECLARE
  "next" timestamptz;
BEGIN
  FOR "ago" IN 0..25 LOOP
    PERFORM set_config('lock_timeout', '200ms', true);
    -- Those who count wait for the end of a step. What they count later they add themselves.
    PERFORM pg_advisory_xact_lock(hashtextextended('goodtake usage rollups', 0));
    "next" := date_trunc('hour', now(), 'UTC') - "ago" * interval '1 hour';
    INSERT INTO "UsageAccountHour" AS h ("userId", "hour", "outcome", "requests")
    SELECT k."userId", u."hour", u."outcome", least(sum(u."requests"), 9223372036854775807)
    FROM "UsageHour" u JOIN "ApiKey" k ON k."id" = u."apiKeyId" WHERE u."hour" = "next" GROUP BY 1, 2, 3
    ON CONFLICT ("userId", "hour", "outcome") DO UPDATE SET "requests" = excluded."requests";
    COMMIT;
  END LOOP;
END $$;

-- migrate: no transaction
DO $$
DECLARE
  "from" RECORD;
  "to" RECORD;
BEGIN
  SELECT '00000000-0000-0000-0000-000000000000'::uuid AS "userId", '-infinity'::date AS "day" INTO "from";
  LOOP
    PERFORM set_config('lock_timeout', '200ms', true);
    SELECT "userId", "day" INTO "to" FROM "CreditDay" WHERE ("userId", "day") > ("from"."userId", "from"."day")
      ORDER BY "userId", "day" OFFSET 9999 LIMIT 1;
    IF NOT FOUND THEN SELECT 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid AS "userId", 'infinity'::date AS "day" INTO "to"; END IF;
    -- What the trigger counts is in both tables, so the difference of one snapshot is what was there before it, and zero if this
    -- is repeated.
    INSERT INTO "CreditDayTotal" AS t ("userId", "day", "charged", "refunded", "added")
    SELECT "userId", "day", d."charged" - coalesce(c."charged", 0), d."refunded" - coalesce(c."refunded", 0), d."added" - coalesce(c."added", 0)
    FROM (
      SELECT "userId", "day", sum("charged") AS "charged", sum("refunded") AS "refunded", sum("added") AS "added" FROM "CreditDay"
      WHERE ("userId", "day") > ("from"."userId", "from"."day") AND ("userId", "day") <= ("to"."userId", "to"."day") GROUP BY 1, 2
    ) d LEFT JOIN "CreditDayTotal" c USING ("userId", "day")
    ORDER BY 1, 2
    ON CONFLICT ("userId", "day") DO UPDATE SET "charged" = t."charged" + excluded."charged",
      "refunded" = t."refunded" + excluded."refunded", "added" = t."added" + excluded."added";
    COMMIT;
    EXIT WHEN "to"."day" = 'infinity';
    "from" := "to";
  END LOOP;
END $$;

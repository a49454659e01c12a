-- migrate: no transaction
DO $$
DECLARE
  "from" UUID;
  "to" UUID;
BEGIN
  LOOP
    PERFORM set_config('lock_timeout', '200ms', true);
    SELECT "after" INTO "from" FROM "CreditDayProgress" FOR UPDATE;
    SELECT max("id"::text)::uuid INTO "to"
      FROM (SELECT "id" FROM "CreditMovement" WHERE "id" > "from" ORDER BY "id" LIMIT 10000) "next";
    EXIT WHEN "to" IS NULL;
    INSERT INTO "CreditDay" AS d ("userId", "day", "apiKeyId", "charged", "refunded", "added")
    SELECT "userId", ("createdAt" AT TIME ZONE 'UTC')::date, coalesce("apiKeyId", '00000000-0000-0000-0000-000000000000'),
      coalesce(-sum("amount") FILTER (WHERE "kind" = 'charged'), 0), coalesce(sum("amount") FILTER (WHERE "kind" = 'refunded'), 0),
      coalesce(sum("amount") FILTER (WHERE "kind" IN ('signup', 'granted')), 0)
    FROM "CreditMovement" WHERE "id" > "from" AND "id" <= "to" AND NOT "inCreditDay" AND "amount" <> 0
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT ("userId", "day", "apiKeyId") DO UPDATE SET "charged" = d."charged" + excluded."charged",
      "refunded" = d."refunded" + excluded."refunded", "added" = d."added" + excluded."added";
    UPDATE "CreditDayProgress" SET "after" = "to";
    COMMIT;
  END LOOP;
END $$;

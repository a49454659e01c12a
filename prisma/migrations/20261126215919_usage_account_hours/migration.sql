-- CreateTable
CREATE TABLE "UsageAccountHour" (
    "userId" UUID NOT NULL,
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "outcome" TEXT NOT NULL,
    "requests" BIGINT NOT NULL,

    CONSTRAINT "UsageAccountHour_pkey" PRIMARY KEY ("userId","hour","outcome")
) WITH (fillfactor = 70);

-- CreateIndex
CREATE INDEX "UsageAccountHour_hour_idx" ON "UsageAccountHour"("hour");

-- Counts on no more at the largest number: what is written by key must not fail for a sum.
CREATE FUNCTION "add_to_usage_account_hours"("keys" uuid[], "hours" timestamptz[], "outcomes" text[], "counts" bigint[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO "UsageAccountHour" AS h ("userId", "hour", "outcome", "requests")
  SELECT k."userId", c."hour", c."outcome", least(sum(c."requests"), 9223372036854775807)
  FROM unnest("keys", "hours", "outcomes", "counts") AS c("apiKeyId", "hour", "outcome", "requests")
  JOIN "ApiKey" k ON k."id" = c."apiKeyId" GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT ("userId", "hour", "outcome") DO UPDATE SET
    "requests" = least(h."requests"::numeric + excluded."requests", 9223372036854775807)
$$;

-- In the statement that counts, whatever process and version makes it. Only the latest hours are shown.
CREATE FUNCTION "keep_usage_account_hours"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "since" timestamptz := now() - interval '2 days';
BEGIN
  IF current_setting('goodtake.restoring', true) = 'on' THEN RETURN NULL; END IF;
  -- The lock of the other rollups: a statement comes here twice, and would lock rows in different orders.
  PERFORM pg_advisory_xact_lock(hashtextextended('goodtake usage rollups', 0));
  IF TG_OP = 'INSERT' THEN
    PERFORM "add_to_usage_account_hours"(array_agg("apiKeyId"), array_agg("hour"), array_agg("outcome"), array_agg("requests"))
    FROM "new" WHERE "hour" > "since";
  ELSE
    PERFORM "add_to_usage_account_hours"(array_agg("apiKeyId"), array_agg("hour"), array_agg("outcome"), array_agg(n."requests" - o."requests"))
    FROM "new" n JOIN "old" o USING ("apiKeyId", "hour", "outcome") WHERE "hour" > "since";
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "add_to_usage_account_hours" AFTER INSERT ON "UsageHour" REFERENCING NEW TABLE AS "new"
  FOR EACH STATEMENT EXECUTE FUNCTION "keep_usage_account_hours"();
CREATE TRIGGER "change_usage_account_hours" AFTER UPDATE ON "UsageHour" REFERENCING OLD TABLE AS "old" NEW TABLE AS "new"
  FOR EACH STATEMENT EXECUTE FUNCTION "keep_usage_account_hours"();

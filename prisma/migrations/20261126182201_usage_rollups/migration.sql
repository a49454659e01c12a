-- CreateTable
CREATE TABLE "UsageAccountDay" (
    "userId" UUID NOT NULL,
    "day" DATE NOT NULL,
    "outcome" TEXT NOT NULL,
    "requests" BIGINT NOT NULL,

    CONSTRAINT "UsageAccountDay_pkey" PRIMARY KEY ("userId","day","outcome")
) WITH (fillfactor = 70);

-- CreateTable
CREATE TABLE "UsageKeyMonth" (
    "userId" UUID NOT NULL,
    "month" DATE NOT NULL,
    "apiKeyId" UUID NOT NULL,
    "requests" BIGINT NOT NULL,
    "ok" BIGINT NOT NULL,

    CONSTRAINT "UsageKeyMonth_pkey" PRIMARY KEY ("userId","month","apiKeyId")
);

-- CreateIndex
CREATE INDEX "UsageAccountDay_day_idx" ON "UsageAccountDay"("day");

-- CreateIndex
CREATE INDEX "UsageKeyMonth_userId_month_requests_apiKeyId_idx" ON "UsageKeyMonth"("userId", "month", "requests", "apiKeyId");

-- CreateIndex
CREATE INDEX "UsageKeyMonth_month_idx" ON "UsageKeyMonth"("month");

-- Up to which key adding up the counts from before has come.
CREATE TABLE "UsageRollupProgress" ("after" UUID NOT NULL);
INSERT INTO "UsageRollupProgress" VALUES ('00000000-0000-0000-0000-000000000000');

-- Adds counts to both rollups. They count on no more at the largest number: what is written by key must not fail for a sum.
CREATE FUNCTION "add_to_usage_rollups"("keys" uuid[], "days" date[], "outcomes" text[], "counts" bigint[]) RETURNS void LANGUAGE sql AS $$
  WITH "change" AS (
    SELECT k."userId", c.* FROM unnest("keys", "days", "outcomes", "counts") AS c("apiKeyId", "day", "outcome", "requests")
    JOIN "ApiKey" k ON k."id" = c."apiKeyId"
  ), "account" AS (
    INSERT INTO "UsageAccountDay" AS d ("userId", "day", "outcome", "requests")
    SELECT "userId", "day", "outcome", least(sum("requests"), 9223372036854775807) FROM "change" GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT ("userId", "day", "outcome") DO UPDATE SET
      "requests" = least(d."requests"::numeric + excluded."requests", 9223372036854775807)
  )
  INSERT INTO "UsageKeyMonth" AS m ("userId", "month", "apiKeyId", "requests", "ok")
  SELECT "userId", date_trunc('month', "day"::timestamp)::date, "apiKeyId", least(sum("requests"), 9223372036854775807),
    least(coalesce(sum("requests") FILTER (WHERE "outcome" = 'ok'), 0), 9223372036854775807)
  FROM "change" GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT ("userId", "month", "apiKeyId") DO UPDATE SET
    "requests" = least(m."requests"::numeric + excluded."requests", 9223372036854775807),
    "ok" = least(m."ok"::numeric + excluded."ok", 9223372036854775807)
$$;

-- In the statement that counts, whatever process and version makes it. A restore copies all tables.
CREATE FUNCTION "keep_usage_rollups"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "done" uuid;
BEGIN
  IF current_setting('goodtake.restoring', true) = 'on' THEN RETURN NULL; END IF;
  -- One at a time: a statement comes here twice, so that two of them would lock the rows of two accounts in different orders.
  PERFORM pg_advisory_xact_lock(hashtextextended('goodtake usage rollups', 0));
  -- What has a greater id is counted by the migration when it comes there.
  SELECT "after" INTO "done" FROM "UsageRollupProgress";
  IF TG_OP = 'INSERT' THEN
    PERFORM "add_to_usage_rollups"(array_agg("apiKeyId"), array_agg("day"), array_agg("outcome"), array_agg("requests"))
    FROM "new" WHERE "apiKeyId" <= "done";
  ELSE
    PERFORM "add_to_usage_rollups"(array_agg("apiKeyId"), array_agg("day"), array_agg("outcome"), array_agg(n."requests" - o."requests"))
    FROM "new" n JOIN "old" o USING ("apiKeyId", "day", "outcome") WHERE "apiKeyId" <= "done";
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "add_to_usage_rollups" AFTER INSERT ON "UsageDay" REFERENCING NEW TABLE AS "new"
  FOR EACH STATEMENT EXECUTE FUNCTION "keep_usage_rollups"();
CREATE TRIGGER "change_usage_rollups" AFTER UPDATE ON "UsageDay" REFERENCING OLD TABLE AS "old" NEW TABLE AS "new"
  FOR EACH STATEMENT EXECUTE FUNCTION "keep_usage_rollups"();

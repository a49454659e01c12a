CREATE OR REPLACE FUNCTION "keep_usage_rollups"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('goodtake.restoring', true) = 'on' THEN RETURN NULL; END IF;
  -- One at a time: a statement comes here twice, so that two of them would lock the rows of two accounts in different orders.
  PERFORM pg_advisory_xact_lock(hashtextextended('goodtake usage rollups', 0));
  IF TG_OP = 'INSERT' THEN
    PERFORM "add_to_usage_rollups"(array_agg("apiKeyId"), array_agg("day"), array_agg("outcome"), array_agg("requests"))
    FROM "new";
  ELSE
    PERFORM "add_to_usage_rollups"(array_agg("apiKeyId"), array_agg("day"), array_agg("outcome"), array_agg(n."requests" - o."requests"))
    FROM "new" n JOIN "old" o USING ("apiKeyId", "day", "outcome");
  END IF;
  RETURN NULL;
END $$;

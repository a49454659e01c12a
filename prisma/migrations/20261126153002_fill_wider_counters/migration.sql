-- migrate: no transaction
DO $$
DECLARE
  -- About 2,000 rows, some 20 ms: what is written to the same rows waits for no longer.
  pages CONSTANT bigint := 25;
  "table" text;
  step bigint;
  "left" boolean;
BEGIN
  FOREACH "table" IN ARRAY ARRAY['UsageHour', 'UsageDay', 'UsageCaller'] LOOP
    -- Rows that come or move behind the last page of now are filled by the trigger.
    FOR step IN SELECT generate_series(0, pg_relation_size(format('%I', "table")) / current_setting('block_size')::bigint, pages) LOOP
      LOOP
        -- A crash that loses the last steps also loses the record that they were done.
        SET LOCAL synchronous_commit = off;
        SET LOCAL lock_timeout = '200ms';
        -- A row that somebody is just writing is left for the next time around: waiting for it could be waiting in a circle.
        EXECUTE format(
          'UPDATE %1$I t SET "requests" = t."requests" FROM (
             SELECT ctid FROM %1$I WHERE ctid >= %2$L::tid AND ctid < %3$L::tid AND "requestsWide" IS NULL
             FOR NO KEY UPDATE SKIP LOCKED
           ) part WHERE t.ctid = part.ctid',
          "table", format('(%s,0)', step), format('(%s,0)', step + pages));
        COMMIT;
        EXECUTE format(
          'SELECT EXISTS (SELECT 1 FROM %1$I WHERE ctid >= %2$L::tid AND ctid < %3$L::tid AND "requestsWide" IS NULL)',
          "table", format('(%s,0)', step), format('(%s,0)', step + pages)) INTO "left";
        COMMIT;
        EXIT WHEN NOT "left";
        PERFORM pg_sleep(0.01);
        COMMIT;
      END LOOP;
    END LOOP;
  END LOOP;
END $$;

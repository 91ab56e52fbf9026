-- A mark tells how far rows of a table have been brought here from a source. `column` is empty where the mark
-- is a transaction of the source; `filter` where all rows were meant.
DO $$
BEGIN
  IF pg_catalog.to_regnamespace('runner') IS NULL THEN
    CREATE SCHEMA runner;
  END IF;
END
$$;
CREATE TABLE runner.watermark (
  name pg_catalog.text NOT NULL,
  source pg_catalog.text NOT NULL,
  "table" pg_catalog.text NOT NULL,
  filter pg_catalog.text NOT NULL,
  "column" pg_catalog.text NOT NULL,
  mark pg_catalog.text NOT NULL,
  timeline pg_catalog.int8 NOT NULL,
  advanced_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  PRIMARY KEY (name, source, "table", filter, "column")
)

-- The tables that a copy has committed, until it comes to its end: an interrupted one is taken up where it was.
DO $$
BEGIN
  IF pg_catalog.to_regnamespace('runner') IS NULL THEN
    CREATE SCHEMA runner;
  END IF;
END
$$;
CREATE TABLE runner.copied (
  run pg_catalog.text NOT NULL,
  "table" pg_catalog.text NOT NULL,
  copied_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  PRIMARY KEY (run, "table")
)

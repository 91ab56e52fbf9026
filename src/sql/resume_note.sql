-- $1 the run, $2 tables that are committed with this row
INSERT INTO runner.copied (run, "table") SELECT $1, t.name FROM pg_catalog.unnest($2::pg_catalog.text[]) AS t (name)
    ON CONFLICT (run, "table") DO NOTHING

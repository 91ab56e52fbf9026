-- $1 the schema of a run's staging tables: held by the run's session until it ends, so that no other one takes them
-- for left behind.
SELECT pg_catalog.pg_advisory_lock(pg_catalog.hashtextextended('runner staging ' || $1::pg_catalog.text, 0))

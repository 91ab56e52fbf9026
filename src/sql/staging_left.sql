-- The schemas of staging tables whose run has ended without removing them; locked until the transaction ends.
WITH ours AS MATERIALIZED (
  SELECT n.nspname::pg_catalog.text AS name
    FROM pg_catalog.pg_namespace n
   WHERE pg_catalog.starts_with(n.nspname::pg_catalog.text, 'runner_stage_')
     AND pg_catalog.pg_has_role(n.nspowner, 'USAGE')
     AND pg_catalog.obj_description(n.oid, 'pg_namespace') = 'staging tables of runner'::pg_catalog.text)
SELECT o.name
  FROM ours o
 WHERE pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended('runner staging ' || o.name, 0))

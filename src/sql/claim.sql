-- $1 the playbook: held by the session until it ends, so that no second run works on the same database.
SELECT pg_catalog.pg_try_advisory_lock(
  pg_catalog.hashtextextended('runner playbook ' OPERATOR(pg_catalog.||) $1::pg_catalog.text, 0))

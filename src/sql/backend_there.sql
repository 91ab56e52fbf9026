-- Whether a backend is still there; $1 process id, $2 application name
SELECT EXISTS (
  SELECT FROM pg_catalog.pg_stat_activity a
   WHERE a.pid OPERATOR(pg_catalog.=) $1::pg_catalog.int4
     AND a.application_name OPERATOR(pg_catalog.=) $2::pg_catalog.text
)

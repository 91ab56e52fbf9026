-- Who is connected to this database, those who work first, the longest first; not we ourselves.
SELECT a.pid,
       a.usename AS "user",
       a.application_name AS application,
       a.state,
       pg_catalog.date_trunc('second', pg_catalog.now() OPERATOR(pg_catalog.-) coalesce(a.xact_start, a.state_change)) AS since,
       nullif(pg_catalog.concat_ws(': ', a.wait_event_type, a.wait_event), '') AS waits_for,
       pg_catalog.left(pg_catalog.regexp_replace(a.query, '\s+', ' ', 'g'), 80) AS query
  FROM pg_catalog.pg_stat_activity a
 WHERE a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
   AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
   AND a.backend_type OPERATOR(pg_catalog.=) 'client backend'
 ORDER BY (a.state OPERATOR(pg_catalog.=) 'idle'), since DESC NULLS LAST, a.pid

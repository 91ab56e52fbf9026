-- Who a backend is, in the words of a question. $1: its pid
SELECT pg_catalog.format('%s on %s, %s', coalesce(a.usename, 'nobody'), coalesce(a.datname, 'no database'),
                         coalesce(nullif(a.application_name, ''), a.backend_type))
       OPERATOR(pg_catalog.||) coalesce(', ' OPERATOR(pg_catalog.||) a.state, '')
  FROM pg_catalog.pg_stat_activity a
 WHERE a.pid OPERATOR(pg_catalog.=) $1

-- $1 the application name of a run: tables that its other sessions have locked against writers, or written to.
SELECT DISTINCT l.relation::pg_catalog.regclass::pg_catalog.text
  FROM pg_catalog.pg_locks l
  JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) l.pid
  JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation
 WHERE l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.granted
   AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d
         WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
   AND a.application_name OPERATOR(pg_catalog.=) $1
   AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
   AND c.relkind IN ('r', 'p') AND c.relpersistence OPERATOR(pg_catalog.<>) 't'
   AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
 ORDER BY 1

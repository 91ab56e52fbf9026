-- $1 the playbook: who holds the lock of claim.sql.
SELECT a.application_name::pg_catalog.text,
       'process ' OPERATOR(pg_catalog.||) a.pid::pg_catalog.text
         OPERATOR(pg_catalog.||) ', user ' OPERATOR(pg_catalog.||) COALESCE(a.usename::pg_catalog.text, 'unknown')
         OPERATOR(pg_catalog.||) ', since ' OPERATOR(pg_catalog.||) COALESCE(a.backend_start::pg_catalog.text, 'unknown')
  FROM pg_catalog.pg_locks l
  JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) l.pid
 CROSS JOIN pg_catalog.hashtextextended('runner playbook ' OPERATOR(pg_catalog.||) $1::pg_catalog.text, 0) AS key
 WHERE l.locktype OPERATOR(pg_catalog.=) 'advisory' AND l.granted
   AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d
         WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
   AND l.classid::pg_catalog.int8 OPERATOR(pg_catalog.=) ((key OPERATOR(pg_catalog.>>) 32) OPERATOR(pg_catalog.&) 4294967295)
   AND l.objid::pg_catalog.int8 OPERATOR(pg_catalog.=) (key OPERATOR(pg_catalog.&) 4294967295)
   AND l.objsubid OPERATOR(pg_catalog.=) 1

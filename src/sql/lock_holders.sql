-- $1 the oids of tables, $2 whether readers are in the way too: who holds a lock that ours (ACCESS EXCLUSIVE, else
-- SHARE ROW EXCLUSIVE) conflicts with, or waits for one
SELECT DISTINCT
       l.relation::pg_catalog.regclass::pg_catalog.text AS table,
       l.pid,
       COALESCE(a.application_name, '') AS application,
       COALESCE(a.usename::pg_catalog.text, '') AS user,
       COALESCE(a.state, a.backend_type, '') AS state,
       COALESCE(pg_catalog.to_char(CASE a.state WHEN 'active' THEN a.query_start ELSE a.state_change END,
                                   'HH24:MI:SS'), '') AS since,
       COALESCE(pg_catalog.regexp_replace(pg_catalog."left"(a.query, 200), '\s+', ' ', 'g'), '') AS query,
       NOT l.granted AS waits,
       l.mode = 'RowExclusiveLock' AND l.granted AS writes
  FROM pg_catalog.pg_locks l
  JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = pg_catalog.current_database()
  LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
 WHERE l.locktype = 'relation'
   AND l.relation IN (SELECT g.oid FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS g (oid)
                       UNION
                      SELECT p.relid::pg_catalog.oid
                        FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS g (oid)
                       CROSS JOIN LATERAL pg_catalog.pg_partition_tree(g.oid::pg_catalog.regclass) AS p)
   AND ($2::pg_catalog.bool OR l.mode NOT IN ('AccessShareLock', 'RowShareLock'))
   AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
 ORDER BY waits, l.pid

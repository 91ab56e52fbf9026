-- Who waits for a lock, what it is on, and who holds it.
SELECT w.pid AS waits,
       w.usename AS "user",
       pg_catalog.date_trunc('second', pg_catalog.now() OPERATOR(pg_catalog.-) w.query_start) AS since,
       l.mode,
       coalesce(l.relation::pg_catalog.regclass::pg_catalog.text, l.locktype) AS lock,
       h.pid AS holder,
       h.usename AS holder_user,
       h.state AS holder_state,
       pg_catalog.left(pg_catalog.regexp_replace(h.query, '\s+', ' ', 'g'), 60) AS holder_query
  FROM pg_catalog.pg_locks l
  JOIN pg_catalog.pg_stat_activity w ON w.pid OPERATOR(pg_catalog.=) l.pid
 CROSS JOIN LATERAL pg_catalog.unnest(pg_catalog.pg_blocking_pids(l.pid)) AS b (pid)
  JOIN pg_catalog.pg_stat_activity h ON h.pid OPERATOR(pg_catalog.=) b.pid
 WHERE NOT l.granted
   AND w.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
 ORDER BY since DESC NULLS LAST, w.pid, h.pid

-- What a server has for workers: its processors where the role may read them, what it gives to parallel queries, and
-- connections that are free. Sessions of others show no type where the role may not see it; they count as clients.
SELECT CASE WHEN pg_catalog.pg_has_role('pg_read_server_files', 'USAGE')
             AND pg_catalog.has_function_privilege(
                   'pg_catalog.pg_read_file(pg_catalog.text, pg_catalog.int8, pg_catalog.int8, bool)', 'EXECUTE')
            THEN (SELECT NULLIF(pg_catalog.count(*), 0)
                    FROM pg_catalog.regexp_matches(
                           pg_catalog.pg_read_file('/proc/cpuinfo', 0, 4194304, true), '^processor\s*:', 'gn'))
       END AS processors,
       pg_catalog.current_setting('max_parallel_workers')::pg_catalog.int8 AS parallel_workers,
       LEAST(pg_catalog.current_setting('max_connections')::pg_catalog.int8
               - pg_catalog.current_setting('superuser_reserved_connections')::pg_catalog.int8
               - COALESCE(pg_catalog.current_setting('reserved_connections', true)::pg_catalog.int8, 0)
               - (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a
                   WHERE COALESCE(a.backend_type, 'client backend') = 'client backend'),
             (SELECT d.datconnlimit::pg_catalog.int8
                       - (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)
                FROM pg_catalog.pg_database d
               WHERE d.datname = pg_catalog.current_database() AND d.datconnlimit >= 0),
             (SELECT r.rolconnlimit::pg_catalog.int8
                       - (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a WHERE a.usesysid = r.oid)
                FROM pg_catalog.pg_roles r
               WHERE r.rolname = session_user AND r.rolconnlimit >= 0)) AS connections

-- Who answered: asked once per session.
SELECT pg_catalog.current_setting('server_version') AS version,
       pg_catalog.current_setting('server_version_num')::pg_catalog.int4 AS version_num,
       pg_catalog.current_database()::pg_catalog.text AS database,
       pg_catalog.current_user()::pg_catalog.text AS "user",
       pg_catalog.pg_is_in_recovery() AS standby,
       pg_catalog.pg_backend_pid() AS pid,
       (SELECT d.oid FROM pg_catalog.pg_database d
         WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())::pg_catalog.int8 AS database_oid,
       pg_catalog.current_setting('runner.protect', true) AS protect,
       pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may_identify,
       (SELECT r.rolsuper FROM pg_catalog.pg_roles r
         WHERE r.rolname OPERATOR(pg_catalog.=) pg_catalog.current_user()) AS superuser

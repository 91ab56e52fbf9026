-- Which triggers fire in this session.
SELECT pg_catalog.current_setting('session_replication_role')

-- The schema of the temporary tables of this session, which no other can find out. No row where it has none.
SELECT n.nspname::pg_catalog.text FROM pg_catalog.pg_namespace n WHERE n.oid = pg_catalog.pg_my_temp_schema()

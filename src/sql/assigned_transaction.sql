-- NULL in a transaction that has written nothing
SELECT pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.text

-- $1 a transaction's number, as text
SELECT pg_catalog.pg_xact_status($1::pg_catalog.text::pg_catalog.xid8)

-- $1 name, $2 value, $3 only until the transaction ends
SELECT pg_catalog.set_config($1, $2, $3)

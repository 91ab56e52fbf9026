-- $1, $2 a random pair: taken on one side, looked for on the other
SELECT pg_catalog.pg_try_advisory_lock($1::pg_catalog.int4, $2::pg_catalog.int4)

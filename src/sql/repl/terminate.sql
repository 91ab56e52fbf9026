-- $1: the pid of a backend
SELECT pg_catalog.pg_terminate_backend($1)

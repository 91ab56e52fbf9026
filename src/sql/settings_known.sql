-- $1 names of settings: those that this server has
SELECT s.name
  FROM pg_catalog.pg_settings s
 WHERE s.name OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.text[])

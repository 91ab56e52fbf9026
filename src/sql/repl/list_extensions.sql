-- What `\dx` lists. $1 a regular expression for the name, NULL for any.
SELECT e.extname AS "Name",
       e.extversion AS "Version",
       a.default_version AS "Default version",
       n.nspname AS "Schema",
       pg_catalog.obj_description(e.oid, 'pg_extension') AS "Description"
  FROM pg_catalog.pg_extension e
  JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
  LEFT JOIN pg_catalog.pg_available_extensions() a ON a.name = e.extname
 WHERE ($1::pg_catalog.text IS NULL OR e.extname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY e.extname

-- What `\da` lists. $1, $2 as in relations_found.sql, for functions; $3 whether the system's own are listed too.
SELECT n.nspname AS "Schema",
       p.proname AS "Name",
       pg_catalog.format_type(p.prorettype, NULL) AS "Result data type",
       CASE WHEN p.pronargs = 0::pg_catalog.int2 THEN '*' ELSE pg_catalog.pg_get_function_arguments(p.oid) END AS "Argument data types",
       pg_catalog.obj_description(p.oid, 'pg_proc') AS "Description"
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
 WHERE p.prokind = 'a'
   AND ($3::pg_catalog.bool OR n.nspname NOT IN ('pg_catalog', 'information_schema'))
   AND CASE WHEN $1::pg_catalog.text IS NULL THEN pg_catalog.pg_function_is_visible(p.oid)
            ELSE n.nspname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default" END
   AND ($2::pg_catalog.text IS NULL OR p.proname OPERATOR(pg_catalog.~) $2::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY n.nspname, p.proname, pg_catalog.pg_get_function_arguments(p.oid)

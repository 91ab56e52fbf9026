-- What `\dD` lists. $1, $2 as in relations_found.sql, for types; $3 whether the system's own are listed too.
SELECT n.nspname AS "Schema",
       t.typname AS "Name",
       pg_catalog.format_type(t.typbasetype, t.typtypmod) AS "Type",
       (SELECT c.collname
          FROM pg_catalog.pg_collation c
          JOIN pg_catalog.pg_type b ON b.typcollation <> c.oid
         WHERE c.oid = t.typcollation AND b.oid = t.typbasetype) AS "Collation",
       CASE WHEN t.typnotnull THEN 'not null' END AS "Nullable",
       t.typdefault AS "Default",
       pg_catalog.array_to_string(ARRAY(
         SELECT pg_catalog.pg_get_constraintdef(r.oid, true) FROM pg_catalog.pg_constraint r
          WHERE r.contypid = t.oid AND r.contype = 'c' ORDER BY r.conname), ' ') AS "Check",
       CASE WHEN pg_catalog.cardinality(t.typacl) = 0 THEN '(none)' ELSE pg_catalog.array_to_string(t.typacl, E'\n') END AS "Access privileges",
       pg_catalog.obj_description(t.oid, 'pg_type') AS "Description"
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
 WHERE t.typtype = 'd'
   AND ($3::pg_catalog.bool OR n.nspname NOT IN ('pg_catalog', 'information_schema'))
   AND CASE WHEN $1::pg_catalog.text IS NULL THEN pg_catalog.pg_type_is_visible(t.oid)
            ELSE n.nspname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default" END
   AND ($2::pg_catalog.text IS NULL OR t.typname OPERATOR(pg_catalog.~) $2::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY n.nspname, t.typname

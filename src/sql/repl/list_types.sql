-- What `\dT` lists. $1, $2 as in relations_found.sql, for types; $3 whether the system's own are listed too; $4 whether
-- arrays are.
SELECT n.nspname AS "Schema",
       pg_catalog.format_type(t.oid, NULL) AS "Name",
       t.typname AS "Internal name",
       CASE WHEN t.typrelid <> 0::pg_catalog.oid THEN 'tuple'
            WHEN t.typlen < 0::pg_catalog.int2 THEN 'var'
            ELSE t.typlen::pg_catalog.text END AS "Size",
       pg_catalog.array_to_string(ARRAY(
         SELECT e.enumlabel FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder), E'\n') AS "Elements",
       pg_catalog.pg_get_userbyid(t.typowner) AS "Owner",
       CASE WHEN pg_catalog.cardinality(t.typacl) = 0 THEN '(none)' ELSE pg_catalog.array_to_string(t.typacl, E'\n') END AS "Access privileges",
       pg_catalog.obj_description(t.oid, 'pg_type') AS "Description"
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
 WHERE (t.typrelid = 0::pg_catalog.oid
        OR EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
   AND ($4::pg_catalog.bool OR NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid))
   AND ($3::pg_catalog.bool OR n.nspname NOT IN ('pg_catalog', 'information_schema'))
   AND CASE WHEN $1::pg_catalog.text IS NULL THEN pg_catalog.pg_type_is_visible(t.oid)
            ELSE n.nspname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default" END
   AND ($2::pg_catalog.text IS NULL
        OR t.typname OPERATOR(pg_catalog.~) $2::pg_catalog.text COLLATE pg_catalog."default"
        OR pg_catalog.format_type(t.oid, NULL) OPERATOR(pg_catalog.~) $2::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY n.nspname, pg_catalog.format_type(t.oid, NULL)

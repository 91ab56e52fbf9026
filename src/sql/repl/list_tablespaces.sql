-- What `\db` lists. $1 a regular expression for the name, NULL for any; $2 whether with sizes.
SELECT s.spcname AS "Name",
       pg_catalog.pg_get_userbyid(s.spcowner) AS "Owner",
       pg_catalog.pg_tablespace_location(s.oid) AS "Location",
       CASE WHEN pg_catalog.cardinality(s.spcacl) = 0 THEN '(none)' ELSE pg_catalog.array_to_string(s.spcacl, E'\n') END AS "Access privileges",
       s.spcoptions::pg_catalog.text AS "Options",
       CASE WHEN $2::pg_catalog.bool THEN pg_catalog.pg_size_pretty(pg_catalog.pg_tablespace_size(s.oid)) END AS "Size",
       pg_catalog.shobj_description(s.oid, 'pg_tablespace') AS "Description"
  FROM pg_catalog.pg_tablespace s
 WHERE ($1::pg_catalog.text IS NULL OR s.spcname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY s.spcname

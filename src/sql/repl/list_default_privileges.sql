-- What `\ddp` lists. $1 a regular expression for the schema or the owner, NULL for any.
SELECT pg_catalog.pg_get_userbyid(d.defaclrole) AS "Owner",
       n.nspname AS "Schema",
       CASE d.defaclobjtype WHEN 'r' THEN 'table' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'function' WHEN 'T' THEN 'type'
                            WHEN 'n' THEN 'schema' WHEN 'L' THEN 'large object' END AS "Type",
       CASE WHEN pg_catalog.cardinality(d.defaclacl) = 0 THEN '(none)' ELSE pg_catalog.array_to_string(d.defaclacl, E'\n') END AS "Access privileges"
  FROM pg_catalog.pg_default_acl d
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
 WHERE ($1::pg_catalog.text IS NULL
        OR n.nspname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default"
        OR pg_catalog.pg_get_userbyid(d.defaclrole) OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY 1, 2, 3

-- What `\l` lists. $1 a regular expression for the name, NULL for any; $2 whether with sizes.
SELECT d.datname AS "Name",
       pg_catalog.pg_get_userbyid(d.datdba) AS "Owner",
       pg_catalog.pg_encoding_to_char(d.encoding) AS "Encoding",
       CASE COALESCE(j.row OPERATOR(pg_catalog.->>) 'datlocprovider', 'c')
         WHEN 'b' THEN 'builtin' WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' END AS "Locale Provider",
       d.datcollate AS "Collate",
       d.datctype AS "Ctype",
       -- Its name was another in 15 and 16.
       COALESCE(j.row OPERATOR(pg_catalog.->>) 'datlocale', j.row OPERATOR(pg_catalog.->>) 'daticulocale') AS "Locale",
       j.row OPERATOR(pg_catalog.->>) 'daticurules' AS "ICU Rules",
       CASE WHEN pg_catalog.cardinality(d.datacl) = 0 THEN '(none)' ELSE pg_catalog.array_to_string(d.datacl, E'\n') END AS "Access privileges",
       CASE WHEN NOT $2::pg_catalog.bool THEN NULL
            WHEN pg_catalog.has_database_privilege(d.oid, 'CONNECT') OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
            THEN pg_catalog.pg_size_pretty(pg_catalog.pg_database_size(d.oid))
            ELSE 'No Access' END AS "Size",
       t.spcname AS "Tablespace",
       pg_catalog.shobj_description(d.oid, 'pg_database') AS "Description"
  FROM pg_catalog.pg_database d
  JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
 CROSS JOIN LATERAL (SELECT pg_catalog.to_json(d)) AS j(row)
 WHERE ($1::pg_catalog.text IS NULL OR d.datname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY d.datname

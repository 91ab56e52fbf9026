-- What `\dp` lists. $1, $2 as in relations_found.sql; $3 whether the system's own are listed too.
SELECT n.nspname AS "Schema",
       c.relname AS "Name",
       CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                      WHEN 'f' THEN 'foreign table' WHEN 'p' THEN 'partitioned table' END AS "Type",
       CASE WHEN pg_catalog.cardinality(c.relacl) = 0 THEN '(none)' ELSE pg_catalog.array_to_string(c.relacl, E'\n') END AS "Access privileges",
       pg_catalog.array_to_string(ARRAY(
         SELECT pg_catalog.concat(a.attname, E':\n  ', pg_catalog.array_to_string(a.attacl, E'\n  '))
           FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attacl IS NOT NULL
          ORDER BY a.attnum), E'\n') AS "Column privileges",
       pg_catalog.array_to_string(ARRAY(
         SELECT pg_catalog.concat(p.polname,
                  CASE WHEN NOT p.polpermissive THEN ' (RESTRICTIVE)' END,
                  CASE WHEN p.polcmd <> '*' THEN pg_catalog.concat(' (', p.polcmd::pg_catalog.text, ')') END, ':',
                  E'\n  (u): ' OPERATOR(pg_catalog.||) pg_catalog.pg_get_expr(p.polqual, p.polrelid),
                  E'\n  (c): ' OPERATOR(pg_catalog.||) pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid),
                  CASE WHEN NOT (0::pg_catalog.oid = ANY (p.polroles)) THEN
                    pg_catalog.concat(E'\n  to: ', pg_catalog.array_to_string(ARRAY(
                      SELECT r.rolname FROM pg_catalog.pg_roles r WHERE r.oid = ANY (p.polroles) ORDER BY r.rolname), ', ')) END)
           FROM pg_catalog.pg_policy p
          WHERE p.polrelid = c.oid), E'\n') AS "Policies"
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'v', 'm', 'S', 'f', 'p')
   AND ($3::pg_catalog.bool OR n.nspname NOT IN ('pg_catalog', 'information_schema'))
   AND CASE WHEN $1::pg_catalog.text IS NULL THEN pg_catalog.pg_table_is_visible(c.oid)
            ELSE n.nspname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default" END
   AND ($2::pg_catalog.text IS NULL OR c.relname OPERATOR(pg_catalog.~) $2::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY n.nspname, c.relname

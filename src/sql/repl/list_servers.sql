-- What `\des` lists: foreign servers. $1 a regular expression for the name, NULL for any.
SELECT s.srvname AS "Name",
       pg_catalog.pg_get_userbyid(s.srvowner) AS "Owner",
       f.fdwname AS "Foreign-data wrapper",
       CASE WHEN pg_catalog.cardinality(s.srvacl) = 0 THEN '(none)' ELSE pg_catalog.array_to_string(s.srvacl, E'\n') END AS "Access privileges",
       s.srvtype AS "Type",
       s.srvversion AS "Version",
       CASE WHEN s.srvoptions IS NOT NULL THEN
         pg_catalog.concat('(', pg_catalog.array_to_string(ARRAY(
           SELECT pg_catalog.concat(pg_catalog.quote_ident(o.option_name), ' ', pg_catalog.quote_literal(o.option_value))
             FROM pg_catalog.pg_options_to_table(s.srvoptions) o), ', '), ')') END AS "FDW options",
       pg_catalog.obj_description(s.oid, 'pg_foreign_server') AS "Description"
  FROM pg_catalog.pg_foreign_server s
  JOIN pg_catalog.pg_foreign_data_wrapper f ON f.oid = s.srvfdw
 WHERE ($1::pg_catalog.text IS NULL OR s.srvname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY s.srvname

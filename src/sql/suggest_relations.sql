-- What a name in FROM could have meant: schema and name of the tables, views and the like that users made, and whether
-- the schema may be left out.
SELECT n.nspname::pg_catalog.text,
       c.relname::pg_catalog.text,
       pg_catalog.pg_table_is_visible(c.oid)
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
 WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,v,m,f,p}'::pg_catalog."char"[])
   AND n.nspname OPERATOR(pg_catalog.<>) ALL ('{pg_catalog,information_schema,pg_toast}'::pg_catalog.name[])
   AND NOT pg_catalog.pg_is_other_temp_schema(n.oid)
 LIMIT 20000

-- What a name that was not found may have been meant for. $1 what kind of thing; its bare name and how to write it.
SELECT c.relname::pg_catalog.text AS name,
       CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN pg_catalog.quote_ident(c.relname)
            ELSE pg_catalog.format('%I.%I', n.nspname, c.relname) END AS written
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE pg_catalog.strpos(
         CASE $1::pg_catalog.text WHEN 'tables' THEN 'rp' WHEN 'views' THEN 'v' WHEN 'materialized views' THEN 'm'
                  WHEN 'indexes' THEN 'iI' WHEN 'sequences' THEN 'S' WHEN 'foreign tables' THEN 'f'
                  WHEN 'relations' THEN 'rpvmiISfc' ELSE '' END, c.relkind::pg_catalog.text) > 0
   AND n.nspname <> 'pg_toast'
UNION ALL
SELECT DISTINCT p.proname::pg_catalog.text,
       CASE WHEN pg_catalog.pg_function_is_visible(p.oid) THEN pg_catalog.quote_ident(p.proname)
            ELSE pg_catalog.format('%I.%I', n.nspname, p.proname) END
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
 WHERE $1::pg_catalog.text = 'functions'
UNION ALL
SELECT t.typname::pg_catalog.text, pg_catalog.format_type(t.oid, NULL)
  FROM pg_catalog.pg_type t
 WHERE $1::pg_catalog.text = 'data types' AND t.typrelid = 0::pg_catalog.oid
UNION ALL
SELECT n.nspname::pg_catalog.text, pg_catalog.quote_ident(n.nspname)
  FROM pg_catalog.pg_namespace n
 WHERE $1::pg_catalog.text = 'schemas'
UNION ALL
SELECT r.rolname::pg_catalog.text, pg_catalog.quote_ident(r.rolname)
  FROM pg_catalog.pg_roles r
 WHERE $1::pg_catalog.text = 'roles'
UNION ALL
SELECT d.datname::pg_catalog.text, pg_catalog.quote_ident(d.datname)
  FROM pg_catalog.pg_database d
 WHERE $1::pg_catalog.text = 'databases'
UNION ALL
SELECT e.extname::pg_catalog.text, pg_catalog.quote_ident(e.extname)
  FROM pg_catalog.pg_extension e
 WHERE $1::pg_catalog.text = 'extensions'

-- What `\sv` shows: the view $1. NULL for a relation that is none.
SELECT CASE c.relkind WHEN 'v' THEN
         pg_catalog.concat('CREATE OR REPLACE VIEW ', pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(c.relname),
           ' WITH (' OPERATOR(pg_catalog.||) NULLIF(pg_catalog.array_to_string(
             pg_catalog.array_remove(pg_catalog.array_remove(c.reloptions, 'check_option=local'), 'check_option=cascaded'), ', '), '')
             OPERATOR(pg_catalog.||) ')',
           E' AS\n', pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid, true), ';'),
           CASE WHEN 'check_option=local' = ANY (c.reloptions) THEN E'\n WITH LOCAL CHECK OPTION'
                WHEN 'check_option=cascaded' = ANY (c.reloptions) THEN E'\n WITH CASCADED CHECK OPTION' END) END AS source,
       pg_catalog.concat(n.nspname, '.', c.relname) AS name
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = pg_catalog.to_regclass($1::pg_catalog.text)::pg_catalog.oid

-- What `\sv` shows: the view $1. NULL for a relation that is none.
SELECT CASE c.relkind WHEN 'v' THEN
         pg_catalog.concat('CREATE OR REPLACE VIEW ', pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(c.relname),
           E'\n WITH (' OPERATOR(pg_catalog.||) NULLIF(pg_catalog.array_to_string(ARRAY(
             SELECT pg_catalog.concat(pg_catalog.quote_ident(o.option_name), '=',
                      CASE WHEN pg_catalog.quote_ident(o.option_value) = o.option_value THEN o.option_value
                           ELSE pg_catalog.quote_literal(o.option_value) END)
               FROM pg_catalog.pg_options_to_table(c.reloptions) o
              WHERE o.option_name <> 'check_option'), ', '), '') OPERATOR(pg_catalog.||) ')',
           E' AS\n', pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid, true), ';'),
           CASE WHEN 'check_option=local' = ANY (c.reloptions) THEN E'\n WITH LOCAL CHECK OPTION'
                WHEN 'check_option=cascaded' = ANY (c.reloptions) THEN E'\n WITH CASCADED CHECK OPTION' END) END AS source,
       pg_catalog.concat(n.nspname, '.', c.relname) AS name
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = pg_catalog.to_regclass($1::pg_catalog.text)::pg_catalog.oid

-- What `\sf` shows: the function $1, by name or with the types of its arguments. No row where there is none, or more
-- than one, of this name; NULL for an aggregate, which has no source.
SELECT CASE WHEN p.prokind <> 'a' THEN pg_catalog.pg_get_functiondef(p.oid) END AS source
  FROM pg_catalog.pg_proc p
 WHERE p.oid = CASE WHEN pg_catalog.strpos($1::pg_catalog.text, '(') > 0
                    THEN pg_catalog.to_regprocedure($1::pg_catalog.text)::pg_catalog.oid
                    ELSE pg_catalog.to_regproc($1::pg_catalog.text)::pg_catalog.oid END

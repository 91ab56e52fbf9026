-- All else that a prompt completes: what kind of name, the schema where it has one, the name, whether the search path
-- finds it, and what is shown of it: the arguments of a function, the values of a setting.
SELECT 'function' AS kind,
       n.nspname::pg_catalog.text AS schema,
       p.proname::pg_catalog.text AS name,
       pg_catalog.pg_function_is_visible(p.oid) AS visible,
       pg_catalog.pg_get_function_arguments(p.oid) AS detail
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_catalog.pg_type t ON t.oid = p.prorettype
 WHERE t.typname NOT IN ('internal', 'cstring', 'trigger', 'event_trigger', 'index_am_handler', 'table_am_handler',
                         'tsm_handler', 'fdw_handler', 'language_handler')
   AND NOT ('pg_catalog.internal'::pg_catalog.regtype::pg_catalog.oid = ANY (p.proargtypes::pg_catalog.oid[]))
   AND NOT ('pg_catalog.cstring'::pg_catalog.regtype::pg_catalog.oid = ANY (p.proargtypes::pg_catalog.oid[]))
UNION ALL
SELECT 'type', n.nspname, t.typname, pg_catalog.pg_type_is_visible(t.oid), pg_catalog.format_type(t.oid, NULL)
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
 WHERE t.typtype IN ('b', 'd', 'e', 'r', 'm', 'c')
   AND (t.typrelid = 0::pg_catalog.oid
        OR EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)
UNION ALL
SELECT 'schema', NULL, n.nspname, true, NULL
  FROM pg_catalog.pg_namespace n
 WHERE NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_toast')
   AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_temp')
UNION ALL
SELECT 'role', NULL, r.rolname, true, NULL FROM pg_catalog.pg_roles r
UNION ALL
SELECT 'database', NULL, d.datname, true, NULL FROM pg_catalog.pg_database d
UNION ALL
SELECT 'extension', NULL, e.extname, true, NULL FROM pg_catalog.pg_extension e
UNION ALL
SELECT 'setting', NULL, s.name, true,
       CASE s.vartype WHEN 'bool' THEN 'on,off' ELSE pg_catalog.array_to_string(s.enumvals, ',') END
  FROM pg_catalog.pg_settings s
UNION ALL
SELECT 'keyword', NULL, k.word, true, NULL FROM pg_catalog.pg_get_keywords() k WHERE k.catcode <> 'U'

-- All else that a prompt completes: what kind of name, the schema where it has one, the name, whether the search path
-- finds it, and what is shown of it: the arguments of a function, the values of a setting, the table of a constraint.
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,
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
SELECT 'available', NULL, e.name, true, NULL FROM pg_catalog.pg_available_extensions e WHERE e.installed_version IS NULL
UNION ALL
SELECT 'method', NULL, m.amname, true, NULL FROM pg_catalog.pg_am m WHERE m.amtype = 'i'
UNION ALL
SELECT 'tablespace', NULL, s.spcname, true, NULL FROM pg_catalog.pg_tablespace s
UNION ALL
SELECT 'language', NULL, l.lanname, true, NULL FROM pg_catalog.pg_language l
UNION ALL
SELECT 'publication', NULL, p.pubname, true, NULL FROM pg_catalog.pg_publication p
UNION ALL
SELECT 'server', NULL, s.srvname, true, NULL FROM pg_catalog.pg_foreign_server s
UNION ALL
SELECT 'statistics', NULL, s.stxname, true, NULL FROM pg_catalog.pg_statistic_ext s
UNION ALL
(SELECT a.kind, n.nspname, a.name, pg_catalog.pg_table_is_visible(c.oid), c.relname
   FROM (SELECT 'constraint' AS kind, r.conname AS name, r.conrelid AS relation FROM pg_catalog.pg_constraint r
          -- One of NOT NULL is named by nobody.
          WHERE r.contype <> 'n'
         UNION ALL
         SELECT 'trigger', t.tgname, t.tgrelid FROM pg_catalog.pg_trigger t WHERE NOT t.tgisinternal
         UNION ALL
         SELECT 'policy', p.polname, p.polrelid FROM pg_catalog.pg_policy p
         UNION ALL
         SELECT 'rule', r.rulename, r.ev_class FROM pg_catalog.pg_rewrite r WHERE r.rulename <> '_RETURN') a
   JOIN pg_catalog.pg_class c ON c.oid = a.relation
   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
  LIMIT 50000)
UNION ALL
SELECT 'setting', NULL, s.name, true,
       CASE s.vartype WHEN 'bool' THEN 'on,off' ELSE pg_catalog.array_to_string(s.enumvals, ',') END
  FROM pg_catalog.pg_settings s
UNION ALL
SELECT 'keyword', NULL, k.word, true, NULL FROM pg_catalog.pg_get_keywords() k WHERE k.catcode <> 'U'

-- Functions, procedures and aggregates; see schema_relations.sql.
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind,
       0::pg_catalog.oid AS relation,
       pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) AS name,
       pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
         'language', (SELECT l.lanname FROM pg_catalog.pg_language l WHERE l.oid = p.prolang AND p.prokind <> 'a'),
         'definition', CASE WHEN p.prokind <> 'a' THEN pg_catalog.pg_get_functiondef(p.oid)
            ELSE (SELECT pg_catalog.format('%s, STYPE = %s, SFUNC = %s, FINALFUNC = %s, COMBINEFUNC = %s, INITCOND = %L, KIND = %s, PARALLEL = %s',
                           pg_catalog.pg_get_function_result(p.oid), pg_catalog.format_type(a.aggtranstype, NULL),
                           a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.agginitval, a.aggkind, p.proparallel)
                    FROM pg_catalog.pg_aggregate a WHERE a.aggfnoid = p.oid) END
       )) AS properties
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
 WHERE NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
   AND n.nspname NOT IN ('information_schema', 'runner')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))

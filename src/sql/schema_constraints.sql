-- The constraints of tables as they were declared; see schema_relations.sql. What partitions and children inherit is
-- left out, and NOT NULL, which is a word of the column. A foreign key whose triggers are not in their ordinary state
-- is checked at other times than its definition says.
SELECT 'constraint' AS kind,
       c.oid AS relation,
       pg_catalog.format('%I.%I.%I', n.nspname, c.relname, k.conname) AS name,
       pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
         'name', k.conname,
         'type', CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign key'
                                WHEN 'x' THEN 'exclusion' ELSE 'check' END,
         'definition', pg_catalog.pg_get_constraintdef(k.oid),
         'validated', k.convalidated,
         'deferrable', CASE WHEN k.condeferrable THEN true END,
         'deferred', CASE WHEN k.condeferred THEN true END,
         'triggers', CASE WHEN k.contype = 'f' THEN
            (SELECT pg_catalog.string_agg(DISTINCT CASE g.tgenabled WHEN 'D' THEN 'disabled' WHEN 'A' THEN 'always' ELSE 'replica' END, ', ')
               FROM pg_catalog.pg_trigger g WHERE g.tgconstraint = k.oid AND g.tgenabled <> 'O') END
       )) AS properties
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE k.contype IN ('p', 'u', 'f', 'x', 'c')
   AND k.conparentid = 0 AND (k.conislocal OR k.coninhcount = 0)
   AND c.relkind IN ('r', 'p', 'f')
   AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
   AND n.nspname NOT IN ('information_schema', 'runner')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')

-- $1 the oids of foreign keys as they were declared: these and what partitions have of them, with all that has to
-- be again as it is when they are added again. The parents of a tree come first.
WITH RECURSIVE tree AS (
  SELECT k.oid, k.oid AS declared, true AS is_declared
    FROM pg_catalog.pg_constraint k
   WHERE k.oid = ANY ($1::pg_catalog.oid[])
   UNION ALL
  SELECT k.oid, t.declared, false
    FROM tree t
    JOIN pg_catalog.pg_constraint k ON k.conparentid = t.oid
)
SELECT d.conname AS declared,
       dn.nspname AS declared_schema,
       dc.relname AS declared_table,
       t.is_declared,
       n.nspname AS schema,
       c.relname AS table,
       k.conrelid::pg_catalog.regclass::pg_catalog.text AS shown,
       k.confrelid AS parent,
       k.conname AS name,
       pg_catalog.pg_get_constraintdef(k.oid) AS definition,
       pg_catalog.obj_description(k.oid, 'pg_constraint') AS comment,
       pg_catalog.concat_ws(' ',
         pg_catalog.pg_get_constraintdef(k.oid),
         'deferrable', k.condeferrable, k.condeferred, 'validated', k.convalidated,
         'local', k.conislocal, k.coninhcount, 'index', k.conindid,
         'comment', pg_catalog.quote_nullable(pg_catalog.obj_description(k.oid, 'pg_constraint')),
         'triggers', (SELECT pg_catalog.string_agg(pg_catalog.format('%s.%s.%s.%s', g.tgrelid, g.tgfoid, g.tgtype, g.tgenabled), ' '
                                                   ORDER BY g.tgrelid, g.tgfoid, g.tgtype, g.tgenabled)
                        FROM pg_catalog.pg_trigger g WHERE g.tgconstraint = k.oid)) AS all_of_it
  FROM tree t
  JOIN pg_catalog.pg_constraint k ON k.oid = t.oid
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_constraint d ON d.oid = t.declared
  JOIN pg_catalog.pg_class dc ON dc.oid = d.conrelid
  JOIN pg_catalog.pg_namespace dn ON dn.oid = dc.relnamespace
 ORDER BY t.is_declared DESC, n.nspname, c.relname, k.conname

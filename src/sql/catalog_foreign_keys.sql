-- Every foreign key of the database as it was declared; what partitions inherit of it is left out.
-- A table that is a partition is named with the root of its tree, which is what a copy moves.
SELECT k.conname AS name,
       k.conrelid AS child,
       k.confrelid AS parent,
       COALESCE(pg_catalog.pg_partition_root(k.conrelid)::pg_catalog.oid, k.conrelid) AS child_root,
       COALESCE(pg_catalog.pg_partition_root(k.confrelid)::pg_catalog.oid, k.confrelid) AS parent_root,
       k.conrelid::pg_catalog.regclass::pg_catalog.text AS child_shown,
       n.nspname AS schema,
       k.condeferrable AS is_deferrable,
       k.condeferred AS initially_deferred,
       -- A key is checked by triggers on its child; those may be off, or silent in a replica's session.
       EXISTS (SELECT FROM pg_catalog.pg_trigger t
                WHERE t.tgconstraint = k.oid AND t.tgrelid = k.conrelid
                  AND CASE pg_catalog.current_setting('session_replication_role')
                        WHEN 'replica' THEN t.tgenabled IN ('A', 'R')
                        ELSE t.tgenabled IN ('O', 'A') END) AS checked,
       k.oid,
       k.convalidated AS validated,
       -- It can be dropped and added again as it is: by who owns both ends, and as nothing would turn its
       -- triggers off again.
       pg_catalog.pg_has_role(c.relowner, 'USAGE') AND pg_catalog.pg_has_role(p.relowner, 'USAGE')
         AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t
                          WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O')
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                          WHERE d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid
                            AND d.objid = k.oid AND d.deptype = 'e') AS may_drop,
       k.confrelid::pg_catalog.regclass::pg_catalog.text AS parent_shown
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_class p ON p.oid = k.confrelid
 WHERE k.contype = 'f' AND k.conparentid = 0::pg_catalog.oid
 ORDER BY n.nspname, k.conrelid, k.conname

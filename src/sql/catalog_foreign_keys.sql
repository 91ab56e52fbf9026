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
       k.confrelid::pg_catalog.regclass::pg_catalog.text AS parent_shown
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
 WHERE k.contype = 'f' AND k.conparentid = 0::pg_catalog.oid
 ORDER BY n.nspname, k.conrelid, k.conname

-- $1 the oids of sequences, NULL for every one in the schemas of users: with the table whose column owns it and
-- what the role may do.
SELECT s.oid,
       n.nspname AS schema,
       s.relname AS name,
       pg_catalog.pg_table_is_visible(s.oid) AS visible,
       EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
                  AND d.objid = s.oid AND d.deptype = 'e') AS in_extension,
       COALESCE((SELECT d.refobjid FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
                    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
                    AND d.objid = s.oid AND d.refobjsubid > 0::pg_catalog.int4
                    AND d.deptype IN ('a', 'i') LIMIT 1), 0::pg_catalog.oid) AS owner_table,
       q.seqincrement AS increment,
       q.seqmin AS min,
       q.seqmax AS max,
       q.seqcycle AS cycle,
       u.age AND pg_catalog.pg_has_role(s.relowner, 'USAGE') AS owned,
       -- Its relation is read, not `pg_sequence_last_value`, which is NULL for one that was never used, and from
       -- 18 on for one that may not be seen. A standby cannot read an unlogged one.
       u.age AND pg_catalog.has_sequence_privilege(s.oid, 'SELECT')
         AND NOT (s.relpersistence = 'u' AND pg_catalog.pg_is_in_recovery()) AS may_read,
       u.age AND pg_catalog.has_sequence_privilege(s.oid, 'UPDATE') AS may_set
  FROM pg_catalog.pg_class s
  JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
  JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid
 CROSS JOIN LATERAL (SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE')) AS u (age)
 WHERE CASE WHEN $1::pg_catalog.oid[] IS NULL
            THEN NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_') AND n.nspname <> 'information_schema'
            ELSE s.oid = ANY ($1::pg_catalog.oid[]) END
 ORDER BY n.nspname, s.relname

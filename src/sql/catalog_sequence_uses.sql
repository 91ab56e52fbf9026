-- $1 the oids of tables: the sequences their columns own (serial, identity) or draw defaults from
-- Gathered first: without statistics the planner would do it again for every sequence.
WITH uses (seq, table_oid, number) AS MATERIALIZED (
       SELECT d.objid, d.refobjid, d.refobjsubid
         FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
          AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
          AND d.deptype IN ('a', 'i')
          AND d.refobjid = ANY ($1::pg_catalog.oid[])
        UNION
       SELECT d.refobjid, f.adrelid, f.adnum::pg_catalog.int4
         FROM pg_catalog.pg_attrdef f
         JOIN pg_catalog.pg_depend d
           ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass::pg_catalog.oid
          AND d.objid = f.oid
          AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
        WHERE f.adrelid = ANY ($1::pg_catalog.oid[]))
SELECT
       u.seq,
       u.table_oid,
       a.attname AS column,
       t.oid = ANY ('{20,21,23}'::pg_catalog.oid[]) AS is_integer
  FROM uses u
  JOIN pg_catalog.pg_class s ON s.oid = u.seq AND s.relkind = 'S'
  JOIN pg_catalog.pg_attribute a ON a.attrelid = u.table_oid AND a.attnum::pg_catalog.int4 = u.number
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
 ORDER BY u.seq, u.table_oid, a.attname

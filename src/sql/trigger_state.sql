-- $1 the oids of tables: their triggers and those of their partitions
SELECT c.oid AS table_oid,
       n.nspname AS schema,
       c.relname AS name,
       c.oid::pg_catalog.regclass::pg_catalog.text AS shown,
       t.tgname AS trigger,
       t.tgenabled::pg_catalog.text AS enabled,
       t.tgisinternal AS is_internal,
       k.oid IS NOT NULL AS checks_key,
       -- As the catalogue has it: 4 INSERT, 8 DELETE, 16 UPDATE, 32 TRUNCATE.
       t.tgtype::pg_catalog.int4 AS events,
       pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
       m.given
  FROM (SELECT u.oid, pg_catalog.min(u.given) AS given
          FROM (SELECT g.oid, g.oid AS given FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS g (oid)
                 UNION ALL
                SELECT p.relid::pg_catalog.oid, g.oid
                  FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS g (oid)
                 CROSS JOIN LATERAL pg_catalog.pg_partition_tree(g.oid::pg_catalog.regclass) AS p) AS u
         GROUP BY u.oid) AS m
  JOIN pg_catalog.pg_class c ON c.oid = m.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid
  LEFT JOIN pg_catalog.pg_constraint k ON k.oid = t.tgconstraint AND k.contype = 'f' AND t.tgisinternal
 ORDER BY n.nspname, c.relname, t.tgname

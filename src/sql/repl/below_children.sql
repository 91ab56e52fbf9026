-- The partitions of the tables and indexes $1, and the tables that inherit from them; see below_indexes.sql.
SELECT c.relation,
       130 AS section,
       pg_catalog.row_number() OVER (PARTITION BY c.relation ORDER BY c.bound = 'DEFAULT', c.name) AS place,
       pg_catalog.concat(c.name, ' ' OPERATOR(pg_catalog.||) c.bound,
         CASE WHEN c.relkind IN ('p', 'I') THEN ', PARTITIONED' WHEN c.relkind = 'f' THEN ', FOREIGN' END,
         CASE WHEN c.pending = 'true' THEN ' (DETACH PENDING)' END) AS line
  FROM (SELECT i.inhparent AS relation,
               k.relkind,
               k.oid::pg_catalog.regclass::pg_catalog.text AS name,
               pg_catalog.pg_get_expr(k.relpartbound, k.oid) AS bound,
               pg_catalog.to_json(i) OPERATOR(pg_catalog.->>) 'inhdetachpending' AS pending
          FROM pg_catalog.pg_inherits i
          JOIN pg_catalog.pg_class k ON k.oid = i.inhrelid
         WHERE i.inhparent = ANY ($1::pg_catalog.oid[])) c

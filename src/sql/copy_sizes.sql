-- $1 the oids of tables: the bytes they take, and the pages of the largest part that holds rows. No pages where a
-- part is of another server, whose rows stand elsewhere.
SELECT t.oid,
       pg_catalog.sum(pg_catalog.pg_table_size(p.relid))::pg_catalog.int8 AS bytes,
       CASE WHEN pg_catalog.bool_or(c.relkind = 'f') THEN NULL
            ELSE pg_catalog.max(pg_catalog.pg_relation_size(p.relid))
                   / pg_catalog.current_setting('block_size')::pg_catalog.int8 END AS pages
  FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS t (oid)
 CROSS JOIN LATERAL (SELECT t.oid::pg_catalog.regclass
                     UNION
                     SELECT l.relid FROM pg_catalog.pg_partition_tree(t.oid::pg_catalog.regclass) AS l) AS p (relid)
  JOIN pg_catalog.pg_class c ON c.oid = p.relid::pg_catalog.oid
 GROUP BY t.oid

-- Which columns each foreign key ties, with the operators that compare them (parent first); what partitions
-- inherit of a key is left out. A table that is a partition is named with the root of its tree, too.
SELECT k.conname AS name,
       k.conrelid AS child,
       k.confrelid AS parent,
       COALESCE(pg_catalog.pg_partition_root(k.conrelid)::pg_catalog.oid, k.conrelid) AS child_root,
       COALESCE(pg_catalog.pg_partition_root(k.confrelid)::pg_catalog.oid, k.confrelid) AS parent_root,
       pg_catalog.array_agg(c.attname ORDER BY x.place) AS child_columns,
       pg_catalog.array_agg(p.attname ORDER BY x.place) AS parent_columns,
       pg_catalog.array_agg(pg_catalog.format('OPERATOR(%I.%s)', n.nspname, o.oprname) ORDER BY x.place) AS equal
  FROM pg_catalog.pg_constraint k
  CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey), pg_catalog.unnest(k.conpfeqop))
       WITH ORDINALITY AS x (child, parent, equal, place)
  JOIN pg_catalog.pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = x.child
  JOIN pg_catalog.pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = x.parent
  JOIN pg_catalog.pg_operator o ON o.oid = x.equal
  JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
 WHERE k.contype = 'f' AND k.conparentid = 0::pg_catalog.oid
 GROUP BY k.oid, k.conname, k.conrelid, k.confrelid
 ORDER BY k.conrelid, k.conname

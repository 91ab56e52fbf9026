-- $1 the oids of tables: their unique indexes that tell every row from every other one (whole, over columns
-- that are never NULL, checked at once), the primary key first. `equal` is the operator the index was built
-- with, which need not be the one that a search path finds.
SELECT i.indrelid AS table_oid,
       c.relname AS name,
       i.indisprimary AS is_primary,
       pg_catalog.array_agg(a.attname ORDER BY k.place) AS columns,
       pg_catalog.array_agg(pg_catalog.format('OPERATOR(%I.%s)', n.nspname, o.oprname) ORDER BY k.place) AS equal
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(i.indkey::pg_catalog.int2[]), pg_catalog.unnest(i.indclass::pg_catalog.oid[]))
       WITH ORDINALITY AS k (attnum, opclass, place)
  LEFT JOIN pg_catalog.pg_attribute a
         ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND a.attnum > 0::pg_catalog.int2 AND a.attnotnull
  LEFT JOIN pg_catalog.pg_opclass oc ON oc.oid = k.opclass
  LEFT JOIN pg_catalog.pg_amop m
         ON m.amopfamily = oc.opcfamily AND m.amoplefttype = oc.opcintype
        AND m.amoprighttype = oc.opcintype AND m.amopstrategy = 3::pg_catalog.int2
  LEFT JOIN pg_catalog.pg_operator o ON o.oid = m.amopopr
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
 WHERE i.indrelid = ANY ($1::pg_catalog.oid[])
   AND i.indisunique AND i.indisvalid AND i.indimmediate
   AND i.indpred IS NULL AND i.indexprs IS NULL
   AND k.place <= i.indnkeyatts::pg_catalog.int8
 GROUP BY i.indrelid, i.indexrelid, c.relname, i.indisprimary, i.indnkeyatts
HAVING pg_catalog.count(a.attnum) = i.indnkeyatts::pg_catalog.int8
   AND pg_catalog.count(o.oid) = i.indnkeyatts::pg_catalog.int8
 ORDER BY i.indrelid, i.indisprimary DESC, c.relname

-- $1 the oid of a table: what of its values has to be unique, one row for each index that sees to it. An expression
-- reads the columns of the table by their bare names; `columns` are all that the index looks at, `plain` those
-- that it takes as they are ('' for an expression).
SELECT c.relname AS name,
       k.oid IS NOT NULL AS is_constraint,
       kn.nspname AS constraint_schema,
       COALESCE(k.condeferrable, false) AS is_deferrable,
       COALESCE(k.condeferred, false) AS initially_deferred,
       COALESCE((pg_catalog.to_jsonb(i) OPERATOR(pg_catalog.->>) 'indnullsnotdistinct')::pg_catalog.bool, false) AS nulls_equal,
       pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate,
       pg_catalog.array_agg(pg_catalog.pg_get_indexdef(i.indexrelid, e.place::pg_catalog.int4, false) ORDER BY e.place) AS expressions,
       pg_catalog.array_agg(CASE WHEN l.oid IS NULL THEN '' ELSE pg_catalog.format(' COLLATE %I.%I', ln.nspname, l.collname) END
                            ORDER BY e.place) AS collations,
       pg_catalog.array_agg(pg_catalog.format('OPERATOR(%I.%s)', n.nspname, o.oprname) ORDER BY e.place) AS operators,
       pg_catalog.array_agg(COALESCE(a.attname::pg_catalog.text, '') ORDER BY e.place) AS plain,
       ARRAY(SELECT u.attname::pg_catalog.text
               FROM pg_catalog.pg_attribute u
              WHERE u.attrelid = i.indrelid
                AND (u.attnum = ANY ((i.indkey::pg_catalog.int2[])[0:i.indnkeyatts - 1])
                     OR EXISTS (SELECT FROM pg_catalog.pg_depend d
                                 WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
                                   AND d.objid = i.indexrelid
                                   AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
                                   AND d.refobjid = i.indrelid
                                   AND d.refobjsubid = u.attnum::pg_catalog.int4))
                AND u.attnum > 0::pg_catalog.int2) AS columns
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x') AND k.conrelid = i.indrelid
  LEFT JOIN pg_catalog.pg_namespace kn ON kn.oid = k.connamespace
  CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(i.indkey::pg_catalog.int2[]), pg_catalog.unnest(i.indclass::pg_catalog.oid[]),
                                pg_catalog.unnest(i.indcollation::pg_catalog.oid[]), pg_catalog.unnest(k.conexclop))
       WITH ORDINALITY AS e (attnum, opclass, coll, excludes, place)
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = e.attnum AND a.attnum > 0::pg_catalog.int2
  LEFT JOIN pg_catalog.pg_collation l ON l.oid = e.coll
  LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace
  LEFT JOIN pg_catalog.pg_opclass oc ON oc.oid = e.opclass
  LEFT JOIN pg_catalog.pg_amop m
         ON m.amopfamily = oc.opcfamily AND m.amoplefttype = oc.opcintype
        AND m.amoprighttype = oc.opcintype AND m.amopstrategy = 3::pg_catalog.int2 AND e.excludes IS NULL
  JOIN pg_catalog.pg_operator o ON o.oid = COALESCE(e.excludes, m.amopopr)
  JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
 WHERE i.indrelid = $1::pg_catalog.oid
   AND (i.indisunique OR i.indisexclusion)
   AND i.indisready
   AND e.place <= i.indnkeyatts::pg_catalog.int8
 GROUP BY i.indexrelid, i.indrelid, i.indnkeyatts, i.indkey, i.indpred, pg_catalog.to_jsonb(i), c.relname, k.oid, kn.nspname,
          k.condeferrable, k.condeferred
 ORDER BY c.relname

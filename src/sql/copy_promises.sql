-- $1 the oids of tables: what their rows have to fulfil, each by itself or one beside another. Read with an empty
-- search path, so that expressions name everything in full.
WITH RECURSIVE domains AS (
  SELECT a.attrelid, a.attname, a.attgenerated, t.oid AS domain, t.typbasetype AS base
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid AND t.typtype = 'd'
   WHERE a.attrelid = ANY ($1::pg_catalog.oid[]) AND a.attnum > 0::pg_catalog.int2 AND NOT a.attisdropped
   UNION ALL
  SELECT d.attrelid, d.attname, d.attgenerated, t.oid, t.typbasetype
    FROM domains d
    JOIN pg_catalog.pg_type t ON t.oid = d.base AND t.typtype = 'd'
), base AS (
  -- What the value is in the end.
  SELECT d.attrelid, d.attname, pg_catalog.format_type(d.base, NULL) AS type
    FROM domains d
    JOIN pg_catalog.pg_type t ON t.oid = d.base AND t.typtype <> 'd'
), parts AS (
  -- Partitions of the tables that something stands on alone. Which rows a hash partition takes, only its server knows.
  SELECT a.relid::pg_catalog.oid AS root, c.oid,
         pg_catalog.pg_get_partition_constraintdef(c.oid) AS bounds,
         ARRAY(SELECT k.attname
                 FROM pg_catalog.pg_partition_ancestors(c.oid) p (relid)
                 JOIN pg_catalog.pg_partitioned_table t ON t.partrelid = p.relid::pg_catalog.oid
                 JOIN pg_catalog.pg_attribute k
                   ON k.attrelid = t.partrelid AND k.attnum = ANY (t.partattrs::pg_catalog.int2[])
                WHERE p.relid::pg_catalog.oid <> c.oid) AS columns
    FROM pg_catalog.pg_class c
   CROSS JOIN LATERAL pg_catalog.pg_partition_ancestors(c.oid) a (relid)
   WHERE c.relispartition AND a.relid::pg_catalog.oid = ANY ($1::pg_catalog.oid[]) AND a.relid::pg_catalog.oid <> c.oid
     AND pg_catalog.strpos(pg_catalog.pg_get_partition_constraintdef(c.oid), 'satisfies_hash_partition') = 0
)
SELECT k.conrelid AS table_oid,
       k.conname AS name,
       'check' AS kind,
       pg_catalog.pg_get_constraintdef(k.oid) AS definition,
       pg_catalog.pg_get_expr(k.conbin, k.conrelid) AS expression,
       k.convalidated AS holds,
       ARRAY(SELECT a.attname FROM pg_catalog.pg_attribute a
              WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND a.attgenerated = '') AS columns,
       '{}'::pg_catalog.text[] AS keys,
       '{}'::pg_catalog.text[] AS operators
  FROM pg_catalog.pg_constraint k
 WHERE k.conrelid = ANY ($1::pg_catalog.oid[]) AND k.contype = 'c'
 UNION ALL
SELECT a.attrelid, a.attname, 'not null', 'NOT NULL',
       pg_catalog.quote_ident(a.attname) || ' IS NOT NULL', true, ARRAY[a.attname], '{}', '{}'
  FROM pg_catalog.pg_attribute a
 WHERE a.attrelid = ANY ($1::pg_catalog.oid[]) AND a.attnotnull AND a.attnum > 0::pg_catalog.int2
   AND NOT a.attisdropped AND a.attgenerated = ''
 UNION ALL
SELECT i.indrelid, c.relname, 'unique', 'UNIQUE', '', i.indisvalid,
       ARRAY(SELECT a.attname
               FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS u (attnum, place)
               JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum
              WHERE u.place <= i.indnkeyatts::pg_catalog.int8
              ORDER BY u.place), '{}', '{}'
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
 WHERE i.indrelid = ANY ($1::pg_catalog.oid[]) AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
 UNION ALL
-- No two rows for which all operators hold between the keys.
SELECT k.conrelid, k.conname, 'exclude', pg_catalog.pg_get_constraintdef(k.oid),
       COALESCE(pg_catalog.pg_get_expr(i.indpred, i.indrelid), 'true'), true,
       ARRAY(SELECT DISTINCT a.attname
               FROM pg_catalog.pg_depend d
               JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum::pg_catalog.int4 = d.refobjsubid
              WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = k.conrelid
                AND d.refobjsubid > 0 AND a.attgenerated = ''
                AND (d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objid = k.oid
                     OR d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = k.conindid)),
       ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, g.place, false)
               FROM pg_catalog.generate_series(1, i.indnkeyatts::pg_catalog.int4) AS g (place)
              ORDER BY g.place),
       ARRAY(SELECT 'OPERATOR(' || pg_catalog.quote_ident(n.nspname) || '.' || o.oprname || ')'
               FROM pg_catalog.unnest(k.conexclop) WITH ORDINALITY AS u (oid, place)
               JOIN pg_catalog.pg_operator o ON o.oid = u.oid
               JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
              ORDER BY u.place)
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid
 WHERE k.conrelid = ANY ($1::pg_catalog.oid[]) AND k.contype = 'x'
 UNION ALL
-- Of VALUE, which is of the type that the key names.
SELECT d.attrelid, k.conname, 'domain',
       pg_catalog.pg_get_constraintdef(k.oid) || ' of domain ' || pg_catalog.format_type(d.domain, NULL),
       pg_catalog.pg_get_expr(k.conbin, 0::pg_catalog.oid), k.convalidated, ARRAY[d.attname], ARRAY[b.type], '{}'
  FROM domains d
  JOIN base b ON b.attrelid = d.attrelid AND b.attname = d.attname
  JOIN pg_catalog.pg_constraint k ON k.contypid = d.domain AND k.contype = 'c'
 WHERE d.attgenerated = ''
 UNION ALL
SELECT d.attrelid, d.attname, 'domain', 'NOT NULL of domain ' || pg_catalog.format_type(d.domain, NULL),
       'VALUE IS NOT NULL', true, ARRAY[d.attname], ARRAY[b.type], '{}'
  FROM domains d
  JOIN base b ON b.attrelid = d.attrelid AND b.attname = d.attname
  JOIN pg_catalog.pg_type t ON t.oid = d.domain AND t.typnotnull
 WHERE d.attgenerated = ''
 UNION ALL
SELECT p.root, k.conname, 'check',
       pg_catalog.pg_get_constraintdef(k.oid) || ' of partition ' || p.oid::pg_catalog.regclass::pg_catalog.text,
       '(' || p.bounds || ') IS NOT TRUE OR (' || pg_catalog.pg_get_expr(k.conbin, k.conrelid) || ')', k.convalidated,
       p.columns || ARRAY(SELECT a.attname FROM pg_catalog.pg_attribute a
                           WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND a.attgenerated = ''), '{}', '{}'
  FROM parts p
  JOIN pg_catalog.pg_constraint k ON k.conrelid = p.oid AND k.contype = 'c' AND k.coninhcount = 0
 UNION ALL
SELECT p.root, a.attname, 'not null', 'NOT NULL of partition ' || p.oid::pg_catalog.regclass::pg_catalog.text,
       '(' || p.bounds || ') IS NOT TRUE OR ' || pg_catalog.quote_ident(a.attname) || ' IS NOT NULL', true,
       p.columns || a.attname, '{}', '{}'
  FROM parts p
  JOIN pg_catalog.pg_attribute a ON a.attrelid = p.oid AND a.attnotnull AND a.attnum > 0::pg_catalog.int2
   AND NOT a.attisdropped AND a.attgenerated = ''
  JOIN pg_catalog.pg_attribute r ON r.attrelid = p.root AND r.attname = a.attname AND NOT r.attnotnull
 ORDER BY 1, 3, 2

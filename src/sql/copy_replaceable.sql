-- $1 the oid of a table: whether its rows can be deleted and inserted again without anybody noticing (no key refers
-- to them, and neither a trigger nor a rule would fire), and the columns by which its rows refer to each other
WITH member AS (
  SELECT $1::pg_catalog.oid AS oid
   UNION
  SELECT p.relid::pg_catalog.oid FROM pg_catalog.pg_partition_tree($1::pg_catalog.oid::pg_catalog.regclass) AS p
   UNION
  SELECT a.relid::pg_catalog.oid FROM pg_catalog.pg_partition_ancestors($1::pg_catalog.oid::pg_catalog.regclass) AS a
)
SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                    WHERE k.contype = 'f' AND k.confrelid IN (SELECT m.oid FROM member m))
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite r WHERE r.ev_class = $1::pg_catalog.oid)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t
                        WHERE t.tgrelid IN (SELECT m.oid FROM member m)
                          AND NOT t.tgisinternal
                          -- TRIGGER_TYPE_INSERT and TRIGGER_TYPE_DELETE
                          AND t.tgtype::pg_catalog.int4 & 12 <> 0
                          AND CASE pg_catalog.current_setting('session_replication_role')
                                WHEN 'replica' THEN t.tgenabled IN ('A', 'R')
                                ELSE t.tgenabled IN ('O', 'A') END) AS replaceable,
       ARRAY(SELECT DISTINCT a.attname::pg_catalog.text
               FROM pg_catalog.pg_constraint k
               JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
              WHERE k.contype = 'f' AND k.conrelid = $1::pg_catalog.oid
                AND k.confrelid IN (SELECT m.oid FROM member m)) AS to_itself

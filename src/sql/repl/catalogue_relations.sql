-- The relations that a prompt completes: those of users before the system's, and not more than anyone would list.
-- $1 the schema of the temporary ones of the session that is at the prompt, NULL where it has none.
SELECT CASE WHEN n.nspname::pg_catalog.text = $1::pg_catalog.text THEN 'pg_temp' ELSE n.nspname END AS schema,
       c.relname AS name,
       c.relkind::pg_catalog.text AS kind,
       pg_catalog.pg_table_is_visible(c.oid) OR coalesce(n.nspname::pg_catalog.text = $1::pg_catalog.text, false) AS visible,
       CASE WHEN c.relkind NOT IN ('i', 'I', 'S') THEN
         ARRAY(SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = c.oid AND a.attnum > 0::pg_catalog.int2 AND NOT a.attisdropped
                ORDER BY a.attnum) END AS columns
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I')
   AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_toast')
   AND (NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_temp') OR n.nspname::pg_catalog.text = $1::pg_catalog.text)
 ORDER BY n.nspname IN ('pg_catalog', 'information_schema'), c.oid
 LIMIT 50000

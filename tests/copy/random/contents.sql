-- Every row of every table as one line: the table, the row's number, the row with its columns by name.
SELECT format('SELECT %L, id, to_json(ROW(%s)::text) FROM %s %s',
  c.oid::regclass, string_agg(format('%I', attname), ', ' ORDER BY attname), CASE relkind WHEN 'r' THEN 'ONLY' ELSE '' END, c.oid::regclass)
FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
GROUP BY c.oid, relkind
\gexec

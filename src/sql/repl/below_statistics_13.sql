-- The extended statistics of the tables $1, up to PostgreSQL 13; see below_indexes.sql.
SELECT s.stxrelid AS relation,
       60 AS section,
       pg_catalog.row_number() OVER (PARTITION BY s.stxrelid ORDER BY n.nspname, s.stxname) AS place,
       pg_catalog.concat('"', n.nspname, '.', s.stxname, '" (',
         pg_catalog.concat_ws(', ',
           CASE WHEN 'd' = ANY (s.stxkind) THEN 'ndistinct' END,
           CASE WHEN 'f' = ANY (s.stxkind) THEN 'dependencies' END,
           CASE WHEN 'm' = ANY (s.stxkind) THEN 'mcv' END),
         ') ON ',
         (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ')
            FROM pg_catalog.unnest(s.stxkeys) k(number)
            JOIN pg_catalog.pg_attribute a ON a.attrelid = s.stxrelid AND a.attnum = k.number AND NOT a.attisdropped),
         ' FROM ', s.stxrelid::pg_catalog.regclass,
         CASE WHEN (pg_catalog.to_json(s) OPERATOR(pg_catalog.->>) 'stxstattarget') <> '-1' THEN
           pg_catalog.concat('; STATISTICS ', pg_catalog.to_json(s) OPERATOR(pg_catalog.->>) 'stxstattarget') END) AS line
  FROM pg_catalog.pg_statistic_ext s
  JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
 WHERE s.stxrelid = ANY ($1::pg_catalog.oid[])

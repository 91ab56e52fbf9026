-- The extended statistics of the tables $1, from PostgreSQL 14 on; see below_indexes.sql.
SELECT s.stxrelid AS relation,
       60 AS section,
       pg_catalog.row_number() OVER (PARTITION BY s.stxrelid ORDER BY n.nspname, s.stxname) AS place,
       pg_catalog.concat('"', n.nspname, '.', s.stxname, '"',
         -- Where all three are collected none was named.
         CASE WHEN NOT ('d' = ANY (s.stxkind) AND 'f' = ANY (s.stxkind) AND 'm' = ANY (s.stxkind))
               AND ('d' = ANY (s.stxkind) OR 'f' = ANY (s.stxkind) OR 'm' = ANY (s.stxkind)) THEN
           pg_catalog.concat(' (', pg_catalog.concat_ws(', ',
             CASE WHEN 'd' = ANY (s.stxkind) THEN 'ndistinct' END,
             CASE WHEN 'f' = ANY (s.stxkind) THEN 'dependencies' END,
             CASE WHEN 'm' = ANY (s.stxkind) THEN 'mcv' END), ')') END,
         ' ON ', pg_catalog.pg_get_statisticsobjdef_columns(s.oid), ' FROM ', s.stxrelid::pg_catalog.regclass,
         CASE WHEN s.stxstattarget::pg_catalog.int4 <> -1 THEN pg_catalog.concat('; STATISTICS ', s.stxstattarget) END) AS line
  FROM pg_catalog.pg_statistic_ext s
  JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
 WHERE s.stxrelid = ANY ($1::pg_catalog.oid[])

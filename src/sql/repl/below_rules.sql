-- The rules of the tables and views $1, but for the one that makes a view; see below_indexes.sql.
SELECT r.ev_class AS relation,
       CASE r.ev_enabled WHEN 'O' THEN 70 WHEN 'D' THEN 71 WHEN 'A' THEN 72 ELSE 73 END AS section,
       pg_catalog.row_number() OVER (PARTITION BY r.ev_class ORDER BY r.rulename) AS place,
       pg_catalog.substr(pg_catalog.rtrim(pg_catalog.pg_get_ruledef(r.oid, true), ';'), 13) AS line
  FROM pg_catalog.pg_rewrite r
 WHERE r.ev_class = ANY ($1::pg_catalog.oid[])
   AND r.rulename <> '_RETURN'

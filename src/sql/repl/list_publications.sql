-- What `\dRp` lists. $1 a regular expression for the name, NULL for any.
SELECT p.pubname AS "Name",
       pg_catalog.pg_get_userbyid(p.pubowner) AS "Owner",
       CASE WHEN p.puballtables THEN 't' ELSE 'f' END AS "All tables",
       CASE WHEN p.pubinsert THEN 't' ELSE 'f' END AS "Inserts",
       CASE WHEN p.pubupdate THEN 't' ELSE 'f' END AS "Updates",
       CASE WHEN p.pubdelete THEN 't' ELSE 'f' END AS "Deletes",
       CASE WHEN p.pubtruncate THEN 't' ELSE 'f' END AS "Truncates",
       CASE pg_catalog.to_json(p) OPERATOR(pg_catalog.->>) 'pubgencols' WHEN 'n' THEN 'none' WHEN 's' THEN 'stored' END AS "Generated columns",
       CASE WHEN p.pubviaroot THEN 't' ELSE 'f' END AS "Via root"
  FROM pg_catalog.pg_publication p
 WHERE ($1::pg_catalog.text IS NULL OR p.pubname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY p.pubname

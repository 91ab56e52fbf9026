-- The publications of all tables of the schema $1, from PostgreSQL 15 on.
SELECT p.pubname::pg_catalog.text
  FROM pg_catalog.pg_publication p
  JOIN pg_catalog.pg_publication_namespace pn ON pn.pnpubid = p.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = pn.pnnspid
 WHERE n.nspname::pg_catalog.text = $1::pg_catalog.text
 ORDER BY p.pubname

-- The publications the tables $1 are part of, up to PostgreSQL 14; see below_indexes.sql.
SELECT p.relation,
       80 AS section,
       pg_catalog.row_number() OVER (PARTITION BY p.relation ORDER BY p.pubname) AS place,
       pg_catalog.concat('"', p.pubname, '"') AS line
  FROM (SELECT ur.prrelid AS relation, u.pubname
          FROM pg_catalog.pg_publication u
          JOIN pg_catalog.pg_publication_rel ur ON ur.prpubid = u.oid
         WHERE ur.prrelid = ANY ($1::pg_catalog.oid[])
        UNION
        SELECT t.oid, u.pubname
          FROM pg_catalog.pg_publication u
         CROSS JOIN pg_catalog.unnest($1::pg_catalog.oid[]) AS t(oid)
         WHERE u.puballtables AND pg_catalog.pg_relation_is_publishable(t.oid::pg_catalog.regclass)) p

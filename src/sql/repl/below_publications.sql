-- The publications the tables $1 are part of, from PostgreSQL 15 on; see below_indexes.sql.
SELECT p.relation,
       80 AS section,
       pg_catalog.row_number() OVER (PARTITION BY p.relation ORDER BY p.pubname, p.columns, p.filter) AS place,
       pg_catalog.concat('"', p.pubname, '"', ' (' OPERATOR(pg_catalog.||) p.columns OPERATOR(pg_catalog.||) ')',
                         ' WHERE ' OPERATOR(pg_catalog.||) p.filter) AS line
  FROM (SELECT c.oid AS relation, u.pubname, NULL::pg_catalog.text AS columns, NULL::pg_catalog.text AS filter
          FROM pg_catalog.pg_publication u
          JOIN pg_catalog.pg_publication_namespace un ON un.pnpubid = u.oid
          JOIN pg_catalog.pg_class c ON c.relnamespace = un.pnnspid
         WHERE c.oid = ANY ($1::pg_catalog.oid[]) AND pg_catalog.pg_relation_is_publishable(c.oid::pg_catalog.regclass)
        UNION
        SELECT ur.prrelid, u.pubname,
               (SELECT pg_catalog.string_agg(a.attname, ', ' ORDER BY k.place)
                  FROM pg_catalog.unnest(ur.prattrs::pg_catalog.int2[]) WITH ORDINALITY AS k(number, place)
                  JOIN pg_catalog.pg_attribute a ON a.attrelid = ur.prrelid AND a.attnum = k.number),
               pg_catalog.pg_get_expr(ur.prqual, ur.prrelid)
          FROM pg_catalog.pg_publication u
          JOIN pg_catalog.pg_publication_rel ur ON ur.prpubid = u.oid
         WHERE ur.prrelid = ANY ($1::pg_catalog.oid[])
        UNION
        SELECT t.oid, u.pubname, NULL, NULL
          FROM pg_catalog.pg_publication u
         CROSS JOIN pg_catalog.unnest($1::pg_catalog.oid[]) AS t(oid)
         WHERE u.puballtables AND pg_catalog.pg_relation_is_publishable(t.oid::pg_catalog.regclass)) p

-- What stands below the columns of a table: the indexes of the tables $1. All statements named `below_*` give the
-- relation, the section, the place in it, and the line; they are run as one.
SELECT i.indrelid AS relation,
       10 AS section,
       pg_catalog.row_number() OVER (PARTITION BY i.indrelid ORDER BY i.indisprimary DESC, x.relname) AS place,
       pg_catalog.concat('"', x.relname, '"',
         CASE WHEN con.contype = 'x' OR (pg_catalog.to_json(con) OPERATOR(pg_catalog.->>) 'conperiod') = 'true'
              THEN pg_catalog.concat(' ', pg_catalog.pg_get_constraintdef(con.oid, true))
              ELSE pg_catalog.concat(
                CASE WHEN i.indisprimary THEN ' PRIMARY KEY,'
                     WHEN i.indisunique AND con.contype = 'u' THEN ' UNIQUE CONSTRAINT,'
                     WHEN i.indisunique THEN ' UNIQUE,' END,
                ' ', pg_catalog.substr(def.text, pg_catalog.strpos(def.text, ' USING ') + 7),
                CASE WHEN con.condeferrable THEN ' DEFERRABLE' END,
                CASE WHEN con.condeferred THEN ' INITIALLY DEFERRED' END) END,
         CASE WHEN i.indisclustered THEN ' CLUSTER' END,
         CASE WHEN NOT i.indisvalid THEN ' INVALID' END,
         CASE WHEN i.indisreplident THEN ' REPLICA IDENTITY' END,
         (SELECT pg_catalog.concat(', tablespace "', s.spcname, '"')
            FROM pg_catalog.pg_tablespace s WHERE s.oid = x.reltablespace)) AS line
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
  LEFT JOIN pg_catalog.pg_constraint con
    ON con.conrelid = i.indrelid AND con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x')
 CROSS JOIN LATERAL pg_catalog.pg_get_indexdef(i.indexrelid, 0, true) AS def(text)
 WHERE i.indrelid = ANY ($1::pg_catalog.oid[])

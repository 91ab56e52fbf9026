-- The triggers of the tables and views $1, and the system's own where someone has disabled them; see below_indexes.sql.
SELECT t.tgrelid AS relation,
       CASE WHEN t.tgenabled = 'O' THEN 110 WHEN t.tgenabled = 'D' AND NOT t.tgisinternal THEN 111
            WHEN t.tgenabled = 'D' THEN 112 WHEN t.tgenabled = 'A' THEN 113 ELSE 114 END AS section,
       pg_catalog.row_number() OVER (PARTITION BY t.tgrelid ORDER BY t.tgname) AS place,
       pg_catalog.concat(
         pg_catalog.substr(def.text, pg_catalog.strpos(def.text, ' TRIGGER ') + 9),
         CASE WHEN (pg_catalog.to_json(t) OPERATOR(pg_catalog.->>) 'tgparentid') <> '0' THEN
           (SELECT pg_catalog.concat(', ON TABLE ', u.tgrelid::pg_catalog.regclass)
              FROM pg_catalog.pg_partition_ancestors(t.tgrelid) WITH ORDINALITY AS a(relid, depth)
              JOIN pg_catalog.pg_trigger u ON u.tgrelid = a.relid::pg_catalog.oid AND u.tgname = t.tgname
             WHERE (pg_catalog.to_json(u) OPERATOR(pg_catalog.->>) 'tgparentid') = '0'
             ORDER BY a.depth
             LIMIT 1) END) AS line
  FROM pg_catalog.pg_trigger t
 CROSS JOIN LATERAL pg_catalog.pg_get_triggerdef(t.oid, true) AS def(text)
 WHERE t.tgrelid = ANY ($1::pg_catalog.oid[])
   AND (NOT t.tgisinternal
        OR t.tgenabled = 'D'
        -- Before 15 a partition's copy of a trigger counts as the system's.
        OR (pg_catalog.current_setting('server_version_num')::pg_catalog.int4 < 150000
            AND EXISTS (SELECT FROM pg_catalog.pg_depend d
                         WHERE d.objid = t.oid
                           AND d.refclassid = 'pg_catalog.pg_trigger'::pg_catalog.regclass::pg_catalog.oid)))

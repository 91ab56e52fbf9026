-- Everything in the schemas of users that a table pattern can mean.
SELECT c.oid,
       n.nspname AS schema,
       c.relname AS name,
       CASE WHEN pg_catalog.pg_table_is_visible(c.oid)
                 AND pg_catalog.quote_ident(c.relname) = c.relname::pg_catalog.text
            THEN c.relname::pg_catalog.text
            ELSE pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
       END AS shown,
       c.relkind::pg_catalog.text AS kind,
       pg_catalog.pg_table_is_visible(c.oid) AS visible,
       ARRAY(SELECT a.relid::pg_catalog.oid
               FROM pg_catalog.pg_partition_ancestors(c.oid) WITH ORDINALITY AS a (relid, depth)
              WHERE a.relid::pg_catalog.oid <> c.oid
              ORDER BY a.depth) AS ancestors,
       EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
                  AND d.objid = c.oid AND d.deptype = 'e') AS in_extension,
       c.reltuples::pg_catalog.int8 AS estimate,
       pg_catalog.pg_get_userbyid(c.relowner)::pg_catalog.text AS owner,
       pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
       pg_catalog.has_any_column_privilege(c.oid, 'SELECT') AS may_select,
       pg_catalog.has_any_column_privilege(c.oid, 'INSERT') AS may_insert,
       pg_catalog.has_any_column_privilege(c.oid, 'UPDATE') AS may_update,
       pg_catalog.has_table_privilege(c.oid, 'DELETE') AS may_delete,
       pg_catalog.has_table_privilege(c.oid, 'TRUNCATE') AS may_truncate,
       pg_catalog.row_security_active(c.oid) AS row_security,
       -- What is unlogged does not reach a standby.
       pg_catalog.pg_is_in_recovery()
         AND (c.relpersistence = 'u'
              OR c.relkind = 'p'
                 AND EXISTS (SELECT FROM pg_catalog.pg_class u
                              CROSS JOIN LATERAL pg_catalog.pg_partition_ancestors(u.oid) a (relid)
                              WHERE u.relispartition AND u.relpersistence = 'u' AND a.relid::pg_catalog.oid = c.oid)) AS absent
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
   AND n.nspname <> 'information_schema'
 ORDER BY n.nspname, c.relname

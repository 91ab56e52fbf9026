-- $1 the oids of tables that take rows, $2 whether they are all there are: the materialized views whose rows come
-- from them, in the order in which they have to be refreshed. What a function reads is known only where its body is
-- parsed (BEGIN ATOMIC), so of everything those that call functions of users are taken too.
WITH RECURSIVE reads (reader_class, reader, read_class, read) AS MATERIALIZED (
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, r.ev_class, d.refclassid, d.refobjid
      FROM pg_catalog.pg_rewrite r
      JOIN pg_catalog.pg_depend d
        ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid AND d.objid = r.oid
     WHERE r.ev_type = '1' AND d.deptype = 'n' AND d.refobjid <> r.ev_class
       AND d.refclassid IN ('pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid,
                            'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid)
     UNION
    SELECT d.classid, d.objid, d.refclassid, d.refobjid
      FROM pg_catalog.pg_depend d
     WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid AND d.deptype = 'n'
       AND d.refclassid IN ('pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid,
                            'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid)
     UNION
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, i.inhparent,
           'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, i.inhrelid
      FROM pg_catalog.pg_inherits i
), views (oid) AS MATERIALIZED (
    SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relkind = 'm'
), tree (oid) AS (
    SELECT t.oid FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS t (oid)
     UNION
    SELECT i.inhrelid
      FROM tree t
      JOIN pg_catalog.pg_class c ON c.oid = t.oid AND c.relkind = 'p'
      JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
), touched (class, oid) AS (
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, t.oid FROM tree t
     UNION
    SELECT r.reader_class, r.reader FROM touched t JOIN reads r ON r.read_class = t.class AND r.read = t.oid
), beneath (view, class, oid) AS (
    SELECT v.oid, 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, v.oid FROM views v
     UNION
    SELECT b.view, r.read_class, r.read
      FROM beneath b JOIN reads r ON r.reader_class = b.class AND r.reader = b.oid
)
SELECT n.nspname AS schema,
       c.relname AS name,
       CASE WHEN pg_catalog.pg_table_is_visible(c.oid)
                 AND pg_catalog.quote_ident(c.relname) = c.relname::pg_catalog.text
            THEN c.relname::pg_catalog.text
            ELSE pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
       END AS shown,
       c.relispopulated AS populated,
       pg_catalog.pg_has_role(c.relowner, 'USAGE')
         OR CASE WHEN pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 170000::pg_catalog.int4
                 THEN pg_catalog.has_table_privilege(c.oid, 'MAINTAIN') ELSE false END AS may_refresh
  FROM views v
  JOIN pg_catalog.pg_class c ON c.oid = v.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE (EXISTS (SELECT FROM touched t
                 WHERE t.class = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AND t.oid = c.oid)
        OR $2::pg_catalog.bool
           AND EXISTS (SELECT FROM beneath b
                        WHERE b.view = c.oid
                          AND b.class = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid))
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
                      AND d.objid = c.oid AND d.deptype = 'e')
 -- What reads another one has all beneath it that the other one has, and the other one.
 ORDER BY (SELECT pg_catalog.count(*) FROM beneath b JOIN views u ON u.oid = b.oid WHERE b.view = c.oid),
          n.nspname, c.relname

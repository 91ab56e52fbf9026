-- What `\d PATTERN` shows, one row each, with all that is said of a relation once.
-- $1 a regular expression for the schema, NULL for what the search path finds; $2 one for the name, NULL for any;
-- $3 whether the costly half is wanted, which only `\d+` shows.
SELECT c.oid,
       n.nspname AS schema,
       c.relname AS name,
       c.relkind::pg_catalog.text AS kind,
       c.relpersistence = 'u' AS unlogged,
       c.relrowsecurity AS row_security,
       c.relforcerowsecurity AS forced,
       CASE c.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' END AS replica_identity,
       am.amname AS access_method,
       pg_catalog.array_to_string(
         pg_catalog.array_cat(c.reloptions, ARRAY(
           SELECT pg_catalog.concat('toast.', x) FROM pg_catalog.unnest(toast.reloptions) x)), ', ') AS options,
       CASE WHEN c.reloftype <> 0::pg_catalog.oid THEN c.reloftype::pg_catalog.regtype::pg_catalog.text END AS of_type,
       (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace,
       CASE c.relkind WHEN 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END AS partition_key,
       CASE WHEN c.relispartition THEN
         (SELECT pg_catalog.concat(i.inhparent::pg_catalog.regclass, ' ', pg_catalog.pg_get_expr(c.relpartbound, c.oid),
                   CASE pg_catalog.to_json(i) OPERATOR(pg_catalog.->>) 'inhdetachpending' WHEN 'true' THEN ' DETACH PENDING' END)
            FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid LIMIT 1) END AS partition_of,
       CASE WHEN c.relispartition AND $3::pg_catalog.bool THEN pg_catalog.pg_get_partition_constraintdef(c.oid) END AS partition_constraint,
       CASE WHEN c.relkind IN ('v', 'm') AND $3::pg_catalog.bool THEN pg_catalog.pg_get_viewdef(c.oid, true) END AS definition,
       CASE c.relkind WHEN 't' THEN
         (SELECT pg_catalog.concat(hn.nspname, '.', h.relname)
            FROM pg_catalog.pg_class h JOIN pg_catalog.pg_namespace hn ON hn.oid = h.relnamespace
           WHERE h.reltoastrelid = c.oid) END AS toast_of,
       f.srvname AS server,
       f.options AS server_options,
       i.said AS index,
       CASE d.deptype WHEN 'a' THEN 'Owned by: ' WHEN 'i' THEN 'Sequence for identity column: ' END AS owner_kind,
       CASE WHEN d.deptype IS NOT NULL THEN pg_catalog.format('%I.%I.%I', d.nspname, d.relname, d.attname) END AS owner,
       CASE WHEN s.seqrelid IS NOT NULL THEN
         ARRAY[pg_catalog.format_type(s.seqtypid, NULL), s.seqstart::pg_catalog.text, s.seqmin::pg_catalog.text,
               s.seqmax::pg_catalog.text, s.seqincrement::pg_catalog.text,
               CASE WHEN s.seqcycle THEN 'yes' ELSE 'no' END, s.seqcache::pg_catalog.text] END AS sequence
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_class toast ON toast.oid = c.reltoastrelid
  LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
  LEFT JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid
  LEFT JOIN LATERAL (
    SELECT srv.srvname,
           pg_catalog.array_to_string(ARRAY(
             SELECT pg_catalog.concat(pg_catalog.quote_ident(o.option_name), ' ', pg_catalog.quote_literal(o.option_value))
               FROM pg_catalog.pg_options_to_table(ft.ftoptions) o), ', ') AS options
      FROM pg_catalog.pg_foreign_table ft JOIN pg_catalog.pg_foreign_server srv ON srv.oid = ft.ftserver
     WHERE ft.ftrelid = c.oid) f ON true
  LEFT JOIN LATERAL (
    SELECT x.deptype, tn.nspname, t.relname, a.attname
      FROM pg_catalog.pg_depend x
      JOIN pg_catalog.pg_class t ON t.oid = x.refobjid
      JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
      JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.refobjsubid
     WHERE x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
       AND x.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
       AND x.objid = c.oid AND c.relkind = 'S' AND x.deptype IN ('a', 'i')
     LIMIT 1) d ON true
  LEFT JOIN LATERAL (
    SELECT pg_catalog.concat(
             CASE WHEN ix.indisprimary THEN 'primary key, '
                  WHEN ix.indisunique THEN pg_catalog.concat('unique',
                    CASE pg_catalog.to_json(ix) OPERATOR(pg_catalog.->>) 'indnullsnotdistinct'
                      WHEN 'true' THEN ' nulls not distinct' END, ', ') END,
             am.amname, ', for table "', n.nspname, '.', t.relname, '"',
             CASE WHEN ix.indpred IS NOT NULL THEN
               pg_catalog.concat(', predicate (', pg_catalog.pg_get_expr(ix.indpred, ix.indrelid, true), ')') END,
             CASE WHEN ix.indisclustered THEN ', clustered' END,
             CASE WHEN NOT ix.indisvalid THEN ', invalid' END,
             CASE WHEN NOT ix.indimmediate AND con.condeferrable THEN ', deferrable' END,
             CASE WHEN NOT ix.indimmediate AND con.condeferred THEN ', initially deferred' END,
             CASE WHEN ix.indisreplident THEN ', replica identity' END) AS said
      FROM pg_catalog.pg_index ix
      JOIN pg_catalog.pg_class t ON t.oid = ix.indrelid
      LEFT JOIN pg_catalog.pg_constraint con
        ON con.conrelid = ix.indrelid AND con.conindid = ix.indexrelid AND con.contype IN ('p', 'u', 'x')
     WHERE ix.indexrelid = c.oid
     LIMIT 1) i ON true
 WHERE CASE WHEN $1::pg_catalog.text IS NULL THEN pg_catalog.pg_table_is_visible(c.oid)
            ELSE n.nspname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default" END
   AND ($2::pg_catalog.text IS NULL OR c.relname OPERATOR(pg_catalog.~) $2::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY n.nspname, c.relname

-- $1 the oids of tables: the rules that rewrite what is done with their rows
SELECT r.ev_class AS table_oid,
       r.rulename AS name,
       -- As the catalogue has it: 2 UPDATE, 3 INSERT, 4 DELETE.
       r.ev_type::pg_catalog.text AS event,
       r.ev_enabled::pg_catalog.text AS enabled
  FROM pg_catalog.pg_rewrite r
 WHERE r.ev_class = ANY ($1::pg_catalog.oid[]) AND r.ev_type <> '1' AND r.ev_enabled <> 'D'
 ORDER BY r.ev_class, r.rulename

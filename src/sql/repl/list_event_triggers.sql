-- What `\dy` lists. $1 a regular expression for the name, NULL for any.
SELECT e.evtname AS "Name",
       e.evtevent AS "Event",
       pg_catalog.pg_get_userbyid(e.evtowner) AS "Owner",
       CASE e.evtenabled WHEN 'O' THEN 'enabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' WHEN 'D' THEN 'disabled' END AS "Enabled",
       e.evtfoid::pg_catalog.regproc::pg_catalog.text AS "Function",
       pg_catalog.array_to_string(e.evttags, ', ') AS "Tags",
       pg_catalog.obj_description(e.oid, 'pg_event_trigger') AS "Description"
  FROM pg_catalog.pg_event_trigger e
 WHERE ($1::pg_catalog.text IS NULL OR e.evtname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY e.evtname

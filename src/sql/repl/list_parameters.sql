-- What `\dconfig` lists. $1 a regular expression for the name, NULL for those that differ from what they are at first.
SELECT s.name AS "Parameter",
       pg_catalog.current_setting(s.name) AS "Value",
       s.vartype AS "Type",
       s.context AS "Context"
  FROM pg_catalog.pg_settings s
 WHERE CASE WHEN $1::pg_catalog.text IS NULL THEN s.source <> 'default' AND s.setting IS DISTINCT FROM s.boot_val
            ELSE pg_catalog.lower(s.name) OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default" END
 ORDER BY s.name

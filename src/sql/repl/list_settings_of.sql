-- What `\drds` lists: what is set for roles and databases. $1 a regular expression for the role, NULL for any.
SELECT r.rolname AS "Role",
       d.datname AS "Database",
       pg_catalog.array_to_string(s.setconfig, E'\n') AS "Settings"
  FROM pg_catalog.pg_db_role_setting s
  LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
  LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
 WHERE ($1::pg_catalog.text IS NULL OR r.rolname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY r.rolname, d.datname

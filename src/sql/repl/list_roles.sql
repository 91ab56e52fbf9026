-- What `\du` lists. $1 a regular expression for the name, NULL for any; $2 whether the system's own too.
SELECT r.rolname AS "Role name",
       pg_catalog.concat_ws(E'\n',
         NULLIF(pg_catalog.concat_ws(', ',
           CASE WHEN r.rolsuper THEN 'Superuser' END,
           CASE WHEN NOT r.rolinherit THEN 'No inheritance' END,
           CASE WHEN r.rolcreaterole THEN 'Create role' END,
           CASE WHEN r.rolcreatedb THEN 'Create DB' END,
           CASE WHEN NOT r.rolcanlogin THEN 'Cannot login' END,
           CASE WHEN r.rolreplication THEN 'Replication' END,
           CASE WHEN r.rolbypassrls THEN 'Bypass RLS' END), ''),
         CASE WHEN r.rolconnlimit = 0 THEN 'No connections'
              WHEN r.rolconnlimit = 1 THEN '1 connection'
              WHEN r.rolconnlimit > 1 THEN pg_catalog.concat(r.rolconnlimit, ' connections') END,
         CASE WHEN r.rolvaliduntil IS NOT NULL THEN pg_catalog.concat('Password valid until ', r.rolvaliduntil) END) AS "Attributes",
       pg_catalog.shobj_description(r.oid, 'pg_authid') AS "Description"
  FROM pg_catalog.pg_roles r
 WHERE ($2::pg_catalog.bool OR NOT pg_catalog.starts_with(r.rolname::pg_catalog.text, 'pg_'))
   AND ($1::pg_catalog.text IS NULL OR r.rolname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY r.rolname

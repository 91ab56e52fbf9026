-- What `\dx+` shows: the objects of extensions. $1 a regular expression for the extension's name, NULL for any.
SELECT e.extname AS extension,
       pg_catalog.pg_describe_object(d.classid, d.objid, 0) AS object
  FROM pg_catalog.pg_extension e
  LEFT JOIN pg_catalog.pg_depend d
    ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass::pg_catalog.oid AND d.refobjid = e.oid AND d.deptype = 'e'
 WHERE ($1::pg_catalog.text IS NULL OR e.extname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY e.extname, pg_catalog.pg_describe_object(d.classid, d.objid, 0)

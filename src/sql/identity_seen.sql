-- $1, $2 the pair, $3 the process that holds it: whether it is held in this very database
SELECT EXISTS (
  SELECT FROM pg_catalog.pg_locks l
    JOIN pg_catalog.pg_database d ON d.oid = l.database
   WHERE d.datname = pg_catalog.current_database()
     AND l.locktype = 'advisory' AND l.granted
     AND l.classid::pg_catalog.int8 = $1::pg_catalog.int4::pg_catalog.int8
     AND l.objid::pg_catalog.int8 = $2::pg_catalog.int4::pg_catalog.int8
     AND l.pid = $3::pg_catalog.int4)

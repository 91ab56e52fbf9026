-- Constraints that a transaction begins with as deferred. SET CONSTRAINTS takes all of one name in a schema.
SELECT DISTINCT n.nspname AS schema, k.conname AS name
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
 WHERE k.condeferrable AND k.condeferred
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint o
                    WHERE o.connamespace = k.connamespace AND o.conname = k.conname AND NOT o.condeferred)
 ORDER BY 1, 2

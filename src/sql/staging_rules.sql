-- $1 the oids of tables: those with rules, which an INSERT would follow and a COPY does not
SELECT c.oid FROM pg_catalog.pg_class c WHERE c.oid = ANY ($1::pg_catalog.oid[]) AND c.relhasrules

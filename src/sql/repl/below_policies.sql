-- The row-level security policies of the tables $1; see below_indexes.sql.
SELECT p.polrelid AS relation,
       50 AS section,
       pg_catalog.row_number() OVER (PARTITION BY p.polrelid ORDER BY p.polname) AS place,
       pg_catalog.concat('POLICY "', p.polname, '"',
         CASE WHEN NOT p.polpermissive THEN ' AS RESTRICTIVE' END,
         CASE p.polcmd WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT' WHEN 'w' THEN ' FOR UPDATE'
                       WHEN 'd' THEN ' FOR DELETE' END,
         CASE WHEN NOT (0::pg_catalog.oid = ANY (p.polroles)) THEN
           pg_catalog.concat(E'\n      TO ', pg_catalog.array_to_string(ARRAY(
             SELECT r.rolname FROM pg_catalog.pg_roles r WHERE r.oid = ANY (p.polroles) ORDER BY r.rolname), ',')) END,
         CASE WHEN p.polqual IS NOT NULL THEN
           pg_catalog.concat(E'\n      USING (', pg_catalog.pg_get_expr(p.polqual, p.polrelid), ')') END,
         CASE WHEN p.polwithcheck IS NOT NULL THEN
           pg_catalog.concat(E'\n      WITH CHECK (', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid), ')') END) AS line
  FROM pg_catalog.pg_policy p
 WHERE p.polrelid = ANY ($1::pg_catalog.oid[])

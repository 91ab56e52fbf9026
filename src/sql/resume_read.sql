-- $1 the run
SELECT c."table", pg_catalog.to_char(c.copied_at, 'YYYY-MM-DD HH24:MI:SS OF') FROM runner.copied c WHERE c.run = $1 ORDER BY c.copied_at

-- Everything a failed run must leave as it was: the rows of every table, sequences, triggers, constraints,
-- indexes, columns. One line each, so that a difference names what differs.
SELECT format(
    'SELECT %L, count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM %I.%I AS t',
    format('rows of %I.%I', nspname, relname), nspname, relname)
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind IN ('r', 'm') AND relispopulated AND nspname !~ '^pg_' AND nspname <> 'information_schema'
ORDER BY 1
\gexec
SELECT format('SELECT %L, last_value, is_called FROM %I.%I', format('sequence %I.%I', nspname, relname), nspname, relname)
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'S' AND nspname !~ '^pg_'
ORDER BY 1
\gexec
-- A key's own triggers have numbers for names, new ones where the key was made again.
SELECT 'trigger', tgrelid::regclass, CASE WHEN tgisinternal THEN tgfoid::regproc::text ELSE tgname END, tgenabled
FROM pg_trigger ORDER BY 2, 3, 4;
SELECT 'constraint', conrelid::regclass, conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid <> 0 ORDER BY 2, 3;
SELECT 'relation', oid::regclass, relkind, relpersistence, relowner::regrole, relacl, relispopulated FROM pg_class
WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema)' ORDER BY 2;
SELECT 'column', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE attnum > 0 AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)' ORDER BY 2, attnum;

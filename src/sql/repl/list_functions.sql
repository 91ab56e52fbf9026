-- What `\df` lists. $1, $2 as in relations_found.sql, for functions; $3 the kinds, of `a` aggregate, `n` normal,
-- `p` procedure, `t` trigger and `w` window; $4 whether the system's own are listed too; $5 regular expressions for
-- the types of the arguments, an empty one for none any more.
SELECT n.nspname AS "Schema",
       p.proname AS "Name",
       pg_catalog.pg_get_function_result(p.oid) AS "Result data type",
       pg_catalog.pg_get_function_arguments(p.oid) AS "Argument data types",
       CASE p.prokind WHEN 'a' THEN 'agg' WHEN 'w' THEN 'window' WHEN 'p' THEN 'proc' ELSE 'func' END AS "Type",
       CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' WHEN 'v' THEN 'volatile' END AS "Volatility",
       CASE p.proparallel WHEN 'r' THEN 'restricted' WHEN 's' THEN 'safe' WHEN 'u' THEN 'unsafe' END AS "Parallel",
       pg_catalog.pg_get_userbyid(p.proowner) AS "Owner",
       CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END AS "Security",
       CASE WHEN p.proleakproof THEN 'yes' ELSE 'no' END AS "Leakproof?",
       CASE WHEN pg_catalog.cardinality(p.proacl) = 0 THEN '(none)' ELSE pg_catalog.array_to_string(p.proacl, E'\n') END AS "Access privileges",
       l.lanname AS "Language",
       CASE WHEN l.lanname IN ('internal', 'c') THEN p.prosrc END AS "Internal name",
       pg_catalog.obj_description(p.oid, 'pg_proc') AS "Description"
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  LEFT JOIN pg_catalog.pg_language l ON l.oid = p.prolang
 WHERE CASE WHEN p.prokind IN ('a', 'p', 'w') THEN p.prokind::pg_catalog.text
            WHEN p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype::pg_catalog.oid THEN 't'
            ELSE 'n' END = ANY ($3::pg_catalog.text[])
   AND ($4::pg_catalog.bool OR n.nspname NOT IN ('pg_catalog', 'information_schema'))
   AND CASE WHEN $1::pg_catalog.text IS NULL THEN pg_catalog.pg_function_is_visible(p.oid)
            ELSE n.nspname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default" END
   AND ($2::pg_catalog.text IS NULL OR p.proname OPERATOR(pg_catalog.~) $2::pg_catalog.text COLLATE pg_catalog."default")
   AND NOT EXISTS (
     SELECT FROM pg_catalog.unnest($5::pg_catalog.text[]) WITH ORDINALITY AS w(pattern, place)
       -- The types of the arguments are counted from 0.
       LEFT JOIN pg_catalog.pg_type t ON t.oid = p.proargtypes[w.place::pg_catalog.int4 - 1]
      WHERE CASE WHEN w.pattern = '' THEN t.oid IS NOT NULL
                 ELSE t.oid IS NULL
                   OR NOT (t.typname OPERATOR(pg_catalog.~) w.pattern COLLATE pg_catalog."default"
                           OR pg_catalog.format_type(t.oid, NULL) OPERATOR(pg_catalog.~) w.pattern COLLATE pg_catalog."default") END)
 ORDER BY n.nspname, p.proname, pg_catalog.pg_get_function_arguments(p.oid)

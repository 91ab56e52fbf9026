-- Who owns relations, routines and types of users, and what is granted on them and on their columns. `owner` is NULL
-- where the role itself owns it, or where it is that of another object.
SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
       pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
       NULL::pg_catalog.text AS column,
       CASE WHEN r.rolname OPERATOR(pg_catalog.<>) current_user
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                              WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
                                AND d.objid OPERATOR(pg_catalog.=) c.oid AND d.deptype IN ('a', 'i') AND c.relkind IN ('S'))
            THEN r.rolname::pg_catalog.text END AS owner,
       c.relacl IS NOT NULL AS is_explicit,
       ARRAY(SELECT COALESCE(g.rolname::pg_catalog.text, '') FROM pg_catalog.aclexplode(c.relacl) WITH ORDINALITY AS a
               LEFT JOIN pg_catalog.pg_roles g ON g.oid OPERATOR(pg_catalog.=) a.grantee
              WHERE a.grantee OPERATOR(pg_catalog.<>) c.relowner ORDER BY a.ordinality) AS grantees,
       ARRAY(SELECT a.privilege_type OPERATOR(pg_catalog.||) CASE WHEN a.is_grantable THEN '*' ELSE '' END
               FROM pg_catalog.aclexplode(c.relacl) WITH ORDINALITY AS a
              WHERE a.grantee OPERATOR(pg_catalog.<>) c.relowner ORDER BY a.ordinality) AS privileges
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) c.relowner
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
   AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_') AND n.nspname NOT IN ('information_schema', 'runner')
UNION ALL
SELECT 'TABLE', pg_catalog.format('%I.%I', n.nspname, c.relname), t.attname::pg_catalog.text, NULL, true,
       ARRAY(SELECT COALESCE(g.rolname::pg_catalog.text, '') FROM pg_catalog.aclexplode(t.attacl) WITH ORDINALITY AS a
               LEFT JOIN pg_catalog.pg_roles g ON g.oid OPERATOR(pg_catalog.=) a.grantee
              WHERE a.grantee OPERATOR(pg_catalog.<>) c.relowner ORDER BY a.ordinality),
       ARRAY(SELECT a.privilege_type OPERATOR(pg_catalog.||) CASE WHEN a.is_grantable THEN '*' ELSE '' END
               FROM pg_catalog.aclexplode(t.attacl) WITH ORDINALITY AS a
              WHERE a.grantee OPERATOR(pg_catalog.<>) c.relowner ORDER BY a.ordinality)
  FROM pg_catalog.pg_attribute t
  JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.attrelid
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
 WHERE t.attacl IS NOT NULL
   AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_') AND n.nspname NOT IN ('information_schema', 'runner')
UNION ALL
SELECT 'ROUTINE', pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)), NULL,
       CASE WHEN r.rolname OPERATOR(pg_catalog.<>) current_user THEN r.rolname::pg_catalog.text END,
       p.proacl IS NOT NULL,
       ARRAY(SELECT COALESCE(g.rolname::pg_catalog.text, '') FROM pg_catalog.aclexplode(p.proacl) WITH ORDINALITY AS a
               LEFT JOIN pg_catalog.pg_roles g ON g.oid OPERATOR(pg_catalog.=) a.grantee
              WHERE a.grantee OPERATOR(pg_catalog.<>) p.proowner ORDER BY a.ordinality),
       ARRAY(SELECT a.privilege_type OPERATOR(pg_catalog.||) CASE WHEN a.is_grantable THEN '*' ELSE '' END
               FROM pg_catalog.aclexplode(p.proacl) WITH ORDINALITY AS a
              WHERE a.grantee OPERATOR(pg_catalog.<>) p.proowner ORDER BY a.ordinality)
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
  JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) p.proowner
 WHERE NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_') AND n.nspname NOT IN ('information_schema', 'runner')
UNION ALL
SELECT 'TYPE', pg_catalog.format('%I.%I', n.nspname, t.typname), NULL,
       CASE WHEN r.rolname OPERATOR(pg_catalog.<>) current_user THEN r.rolname::pg_catalog.text END,
       t.typacl IS NOT NULL,
       ARRAY(SELECT COALESCE(g.rolname::pg_catalog.text, '') FROM pg_catalog.aclexplode(t.typacl) WITH ORDINALITY AS a
               LEFT JOIN pg_catalog.pg_roles g ON g.oid OPERATOR(pg_catalog.=) a.grantee
              WHERE a.grantee OPERATOR(pg_catalog.<>) t.typowner ORDER BY a.ordinality),
       ARRAY(SELECT a.privilege_type OPERATOR(pg_catalog.||) CASE WHEN a.is_grantable THEN '*' ELSE '' END
               FROM pg_catalog.aclexplode(t.typacl) WITH ORDINALITY AS a
              WHERE a.grantee OPERATOR(pg_catalog.<>) t.typowner ORDER BY a.ordinality)
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
  JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) t.typowner
 WHERE (t.typtype IN ('e', 'd', 'r')
        OR t.typtype IN ('c') AND EXISTS (SELECT FROM pg_catalog.pg_class c
                                           WHERE c.oid OPERATOR(pg_catalog.=) t.typrelid AND c.relkind IN ('c'))
        OR t.typtype IN ('b') AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray OPERATOR(pg_catalog.=) t.oid))
   AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_') AND n.nspname NOT IN ('information_schema', 'runner')

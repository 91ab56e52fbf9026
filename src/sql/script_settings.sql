-- What the session has set for itself; $1 names variables of the user, which no view lists.
-- The modes of a transaction are its own affair.
SELECT 'user' AS kind, '' AS name, session_user::pg_catalog.text AS value
UNION ALL
SELECT 'role', '', pg_catalog.current_setting('role')
UNION ALL
SELECT 'setting', s.name, s.setting
  FROM pg_catalog.pg_settings s
 WHERE s.source OPERATOR(pg_catalog.=) 'session'
   AND NOT pg_catalog.starts_with(s.name, 'transaction_')
UNION ALL
SELECT 'setting', v.name, pg_catalog.current_setting(v.name, true)
  FROM pg_catalog.unnest($1::pg_catalog.text[]) AS v (name)

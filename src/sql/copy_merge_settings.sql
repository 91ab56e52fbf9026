-- $1 whether few rows meet many: what the planner is to believe while staged rows are merged, until the transaction
-- ends or the settings are put back. A stage was written a moment ago, and few rows are looked up by their key.
SELECT w.name,
       pg_catalog.current_setting(w.name) AS before,
       pg_catalog.set_config(w.name, w.value, true) AS now
  FROM (VALUES ('jit', 'off'),
               ('random_page_cost', '1'),
               ('enable_hashjoin', CASE WHEN $1::pg_catalog.bool THEN 'off' ELSE 'on' END),
               ('enable_mergejoin', CASE WHEN $1::pg_catalog.bool THEN 'off' ELSE 'on' END),
               ('work_mem', CASE WHEN pg_catalog.pg_size_bytes(pg_catalog.current_setting('work_mem')) < 67108864::pg_catalog.int8
                                 THEN '64MB' ELSE pg_catalog.current_setting('work_mem') END)) AS w (name, value)

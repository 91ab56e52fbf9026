-- What the planner is to believe while rows are hashed in buckets, until the transaction ends or the settings are put
-- back. It takes each row for a bucket of its own, would sort them all, and compile what is run once. One process of each
-- server is enough: they have others to serve, and more of them cost more processor time in all.
SELECT w.name,
       pg_catalog.current_setting(w.name) AS before,
       pg_catalog.set_config(w.name, w.value, true) AS now
  FROM (VALUES ('jit', 'off'),
               ('enable_sort', 'off'),
               ('max_parallel_workers_per_gather', '0')) AS w (name, value)

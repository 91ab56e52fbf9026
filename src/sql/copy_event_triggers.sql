-- The event triggers that fire in this session for commands which define something; those without tags for all of them.
SELECT e.evtname AS name,
       e.evtevent = 'sql_drop' AS for_drops,
       COALESCE(e.evttags, '{}') AS tags
  FROM pg_catalog.pg_event_trigger e
 WHERE e.evtevent IN ('ddl_command_start', 'ddl_command_end', 'sql_drop')
   AND e.evtenabled IN ('A', CASE WHEN pg_catalog.current_setting('session_replication_role') = 'replica'
                                  THEN 'R' ELSE 'O' END)
   AND COALESCE(pg_catalog.current_setting('event_triggers', true), 'on') <> 'off'
 ORDER BY e.evtname

-- The transactions of a snapshot, and the timeline they are counted on (0 where the role may not read it).
-- A server that was just promoted writes its new timeline beside the end of recovery at once, and with a checkpoint
-- only minutes later.
SELECT pg_catalog.pg_snapshot_xmin(s.now)::pg_catalog.text::pg_catalog.int8 AS xmin,
       pg_catalog.pg_snapshot_xmax(s.now)::pg_catalog.text::pg_catalog.int8 AS xmax,
       CASE WHEN pg_catalog.has_function_privilege('pg_catalog.pg_control_checkpoint()', 'EXECUTE')
             AND pg_catalog.has_function_privilege('pg_catalog.pg_control_recovery()', 'EXECUTE')
            THEN (SELECT GREATEST(c.timeline_id, r.min_recovery_end_timeline)
                    FROM pg_catalog.pg_control_checkpoint() AS c, pg_catalog.pg_control_recovery() AS r)
            ELSE 0 END::pg_catalog.int8 AS timeline
  FROM pg_catalog.pg_current_snapshot() AS s (now)

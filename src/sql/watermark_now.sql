-- The transactions of a snapshot, and the timeline they are counted on (0 where the role may not read it).
-- The timeline is that of the last checkpoint: a restored or promoted server makes one at once.
SELECT pg_catalog.pg_snapshot_xmin(s.now)::pg_catalog.text::pg_catalog.int8 AS xmin,
       pg_catalog.pg_snapshot_xmax(s.now)::pg_catalog.text::pg_catalog.int8 AS xmax,
       CASE WHEN pg_catalog.has_function_privilege('pg_catalog.pg_control_checkpoint()', 'EXECUTE')
            THEN (SELECT c.timeline_id FROM pg_catalog.pg_control_checkpoint() AS c)
            ELSE 0 END::pg_catalog.int8 AS timeline
  FROM pg_catalog.pg_current_snapshot() AS s (now)

-- Exports the snapshot of the open transaction, for sessions that are to read the same moment; nothing where each
-- statement has its own, or where the others would not see what the transaction has written. Its session may be
-- idle while the others read.
SELECT pg_catalog.current_setting('transaction_isolation') AS isolation,
       pg_catalog.pg_current_xact_id_if_assigned() IS NOT NULL AS has_written,
       CASE WHEN pg_catalog.current_setting('transaction_isolation') <> 'read committed'
             AND pg_catalog.pg_current_xact_id_if_assigned() IS NULL
            THEN pg_catalog.pg_export_snapshot() END AS snapshot,
       pg_catalog.set_config('idle_in_transaction_session_timeout', '0', true)

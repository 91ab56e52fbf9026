-- The identity that a cluster keeps for life; clones and volume snapshots share it.
SELECT s.system_identifier::pg_catalog.text FROM pg_catalog.pg_control_system() s

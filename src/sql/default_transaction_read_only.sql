-- Whether sessions begin read-only: what `target_session_attrs` asks about.
SELECT pg_catalog.current_setting('default_transaction_read_only') AS read_only

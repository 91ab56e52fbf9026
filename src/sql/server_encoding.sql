-- The encoding of the database's text.
SELECT pg_catalog.current_setting('server_encoding')

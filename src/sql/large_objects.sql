-- How many large objects there are.
SELECT pg_catalog.count(*) FROM pg_catalog.pg_largeobject_metadata

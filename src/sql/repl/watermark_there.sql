SELECT pg_catalog.to_regclass('runner.watermark') IS NOT NULL

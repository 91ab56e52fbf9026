-- Makes "no backend left after kill -9" true: a backend whose client is gone notices within seconds.
-- Taken from pg_settings so that a server that does not know a setting skips it.
SELECT pg_catalog.set_config(w.name, w.value, false)
  FROM (VALUES ('client_connection_check_interval', '5s'), ('tcp_user_timeout', '30s')) AS w (name, value)
  JOIN pg_catalog.pg_settings s ON s.name OPERATOR(pg_catalog.=) w.name

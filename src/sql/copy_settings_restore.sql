-- $1 names, $2 values
SELECT pg_catalog.set_config(w.name, w.value, true)
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) AS w (name, value)

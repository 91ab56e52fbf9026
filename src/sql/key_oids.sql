-- $1 tables as SQL names them, $2 for each the name of a foreign key
SELECT k.oid
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) AS w (table_name, name)
  JOIN pg_catalog.pg_constraint k
    ON k.conrelid = w.table_name::pg_catalog.regclass::pg_catalog.oid AND k.conname = w.name::pg_catalog.name
 WHERE k.contype = 'f'

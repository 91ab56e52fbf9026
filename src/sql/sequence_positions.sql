-- $1 names of sequences as SQL, $2 their last values, $3 whether these were drawn
SELECT pg_catalog.setval(p.name::pg_catalog.regclass, p.last, p.called)
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]),
                  pg_catalog.unnest($2::pg_catalog.int8[]),
                  pg_catalog.unnest($3::pg_catalog.bool[])) AS p (name, last, called)

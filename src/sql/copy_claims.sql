-- Nothing, in the columns of a table of claims. `place` and `holder` are places in a stage, `part` and `at` say where
-- the holder lies in the target, `number` which unique index it is about, `keeps` that the holder is to have the value
-- too; the texts are for people; `level` counts along a chain.
SELECT NULL::pg_catalog.tid AS place, NULL::pg_catalog.tid AS holder,
       NULL::pg_catalog.oid AS part, NULL::pg_catalog.tid AS at,
       NULL::pg_catalog.int8 AS number, false AS is_new, false AS doomed, false AS keeps,
       NULL::pg_catalog.text AS claimant, NULL::pg_catalog.text AS value, NULL::pg_catalog.text AS held_by,
       NULL::pg_catalog.int8 AS level
 WHERE false

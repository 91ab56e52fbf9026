-- $1 name, $2 source, $3 table, $4 filter, $5 column, $6 the new mark, $7 its timeline, $8 the mark that the rows
-- were chosen by, NULL where there was none. No row is written where another one is stored by now.
INSERT INTO runner.watermark AS w (name, source, "table", filter, "column", mark, timeline)
SELECT $1, $2, $3, $4, $5, $6, $7::pg_catalog.int8
 WHERE $8::pg_catalog.text IS NULL
    OR EXISTS (SELECT FROM runner.watermark o
                WHERE o.name = $1 AND o.source = $2 AND o."table" = $3 AND o.filter = $4 AND o."column" = $5)
    ON CONFLICT (name, source, "table", filter, "column") DO UPDATE
   SET mark = excluded.mark, timeline = excluded.timeline, advanced_at = pg_catalog.clock_timestamp()
 WHERE w.mark = $8::pg_catalog.text
